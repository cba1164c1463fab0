"""B-LT and B-LTA made with pyHanko itself: documents of another maker, as far as our own code is concerned."""

import asyncio
from datetime import datetime, tzinfo
from io import BytesIO
from unittest.mock import patch

from asn1crypto import tsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.metadata import info, xmp_xml
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko_certvalidator import ValidationContext

from signing.judgement import Knowledge
from signing.knowledge import knowledge_of
from signing.levels import SecurityStore
from signing.timestamp import Timestamper
from signing.trust import TrustStore


class InProcess(TimeStamper):
    """pyHanko's client over our authority."""

    def __init__(self, timestamper: Timestamper) -> None:
        super().__init__()
        self.timestamper = timestamper

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self.timestamper.respond(req.dump()))


def context(trust: TrustStore, at: datetime) -> ValidationContext:
    knowledge: Knowledge = knowledge_of(trust, SecurityStore(), at)
    return knowledge.context()


def with_validation_data(pdf: bytes, trust: TrustStore, at: datetime) -> bytes:
    """B-T → B-LT."""
    reader = PdfFileReader(BytesIO(pdf))
    signature = reader.embedded_regular_signatures[-1]
    output = asyncio.run(async_add_validation_info(signature, context(trust, at)))
    return output.getvalue()


def with_archival_timestamp(pdf: bytes, timestamper: Timestamper, trust: TrustStore, at: datetime) -> bytes:
    """B-LT → B-LTA."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    stamper = PdfTimeStamper(InProcess(timestamper))

    class Then(datetime):
        """pyHanko tells the second of each revision: in another one than the last, the metadata are changed."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Then":
            return cls.fromtimestamp(at.timestamp(), tz)

    with patch.object(info, "datetime", Then), patch.object(xmp_xml, "datetime", Then):
        output = asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", context(trust, at)))
    return output.getvalue()
