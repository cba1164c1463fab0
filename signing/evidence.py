"""Evidence records (RFC 4998): one timestamp proves any number of objects, and is renewed before it ages.

An object is told by its hashes alone. A group of objects (a document with its attachments) is proven as exactly that
group. A batch is one hash tree with one timestamp; a record is built from it on demand, and its first list holds the
hashes of its own object or group and nothing else, so that nobody else's are given away.

Renewal comes in two kinds. *By timestamp*, while the hash is strong: the old token's DER becomes an object of a new
batch. *By hash tree*, before the hash grows weak: the objects are hashed anew, each together with all older evidence.
Revocation data belong into the old token before its renewal hashes it (`with_validation_data`).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from signing import der
from signing.algorithms import digest_identifier, digest_named
from signing.errors import EvidenceUnreadable
from signing.hash_trees import HashTree, Lists, grow, node, reduced
from signing.tokens import token_info

Stamp = Callable[[bytes, str], bytes]
"""digest and its algorithm → timestamp token (DER ContentInfo), checked. Raises TimestampFailed"""

LARGEST_RECORD = 4 * 1024 * 1024
"""bytes; a record of ours is 2 KB and 2 KB more for each renewal"""
MOST_TIMESTAMPS = 200
"""in all chains together: a renewal a year for two centuries"""
MOST_LISTS = 64
"""a binary tree over 2^63 objects"""
MOST_HASHES = 10_000
"""in one list: so many objects has a group"""
_VERSION = b"\x01"
_OPTIONAL = frozenset({der.CONTEXT_0, der.CONTEXT_1, der.CONTEXT_2})
"""digestAlgorithm, attributes, reducedHashtree"""


@dataclass(frozen=True, slots=True)
class ArchiveTimestamp:
    """A reduced hash tree and the token over its root (ArchiveTimeStamp)."""

    algorithm: str
    """of all hashes in it: sha256, sha384 or sha512"""
    lists: Lists
    """empty: the token is over the one object's hash itself"""
    token: bytes = field(repr=False)
    der: bytes = field(repr=False)


Chain = tuple[ArchiveTimestamp, ...]
"""archive timestamps of one hash algorithm, each over the token before it"""


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """Chains of archive timestamps, each chain over the objects and all chains before it."""

    chains: tuple[Chain, ...]

    @property
    def newest(self) -> ArchiveTimestamp:
        """The archive timestamp that holds everything else up."""
        return self.chains[-1][-1]

    @property
    def der(self) -> bytes:
        """EvidenceRecord, version 1."""
        algorithms = dict.fromkeys(chain[0].algorithm for chain in self.chains)
        return der.sequence(
            der.integer(1),
            der.sequence(*(digest_identifier(one) for one in algorithms)),
            der.sequence(*(_chain_der(chain) for chain in self.chains)),
        )

    def renewed_by_timestamp(self, renewal: ArchiveTimestamp) -> "EvidenceRecord":
        """With an archive timestamp over `hash_of_token(self.newest)`."""
        return EvidenceRecord((*self.chains[:-1], (*self.chains[-1], renewal)))

    def renewed_by_hash_tree(self, renewal: ArchiveTimestamp) -> "EvidenceRecord":
        """With a new chain, over what `rehashed` gave."""
        return EvidenceRecord((*self.chains, (renewal,)))

    def rehashed(self, algorithm: str, hashes: Iterable[bytes]) -> list[bytes]:
        """What the next chain covers: H(H(object) ‖ H(all older chains)), in this order, never sorted (RFC 4998, 5.2).

        :param hashes: of the objects, by the new algorithm
        """
        return bound(algorithm, hashes, self.chains)

    def with_newest_token(self, token: bytes) -> "EvidenceRecord":
        """The same evidence, its newest token carrying more validation data."""
        newest = archive_timestamp(self.newest.algorithm, self.newest.lists, token)
        return EvidenceRecord((*self.chains[:-1], (*self.chains[-1][:-1], newest)))


@dataclass(frozen=True, slots=True)
class Batch:
    """One hash tree and the token over its root."""

    tree: HashTree
    token: bytes = field(repr=False)

    def archive_timestamp(self, own: Iterable[bytes]) -> ArchiveTimestamp:
        """That of one object or group of the batch. Raises KeyError if it is not in it."""
        hashes = tuple(own)
        place = self.tree.places()[leaf_of(self.tree.algorithm, hashes)]
        lists = reduced(hashes, self.tree.leaves, place, self.tree.node)
        return archive_timestamp(self.tree.algorithm, lists, self.token)

    def record(self, own: Iterable[bytes]) -> EvidenceRecord:
        """The first record of one object or group."""
        return EvidenceRecord(((self.archive_timestamp(own),),))


def make_batch(algorithm: str, groups: Iterable[Sequence[bytes]], stamp: Stamp) -> Batch:
    """One timestamp over any number of objects or groups, each given by its hashes.

    :raises TimestampFailed: no usable token; nothing was made
    """
    tree = grow(algorithm, (leaf_of(algorithm, hashes) for hashes in groups))
    return Batch(tree, stamp(tree.root, algorithm))


def leaf_of(algorithm: str, hashes: Iterable[bytes]) -> bytes:
    """The leaf of an object (its hash) or of a group (the hash of its sorted hashes); equal objects count once."""
    return node(algorithm, set(hashes))


def hash_of_token(old: ArchiveTimestamp) -> bytes:
    """The object of a renewal by timestamp: the old token's whole DER, by its chain's own algorithm (RFC 4998, 5.2)."""
    return hashlib.new(old.algorithm, old.token).digest()


def bound(algorithm: str, hashes: Iterable[bytes], older: Sequence[Chain]) -> list[bytes]:
    """Hashes of objects as a chain covers them; those of a first chain stay as they are."""
    if not older:
        return list(hashes)
    sequence = der.sequence(*(_chain_der(chain) for chain in older))
    chains = hashlib.new(algorithm, sequence).digest()
    return [hashlib.new(algorithm, one + chains).digest() for one in hashes]


def archive_timestamp(algorithm: str, lists: Lists, token: bytes) -> ArchiveTimestamp:
    """Put together from what a batch has stored."""
    encoded = (der.sequence(*(der.octets(one) for one in sorted(hashes))) for hashes in lists)
    body = (
        der.implicit(der.CONTEXT_0, digest_identifier(algorithm)),
        der.tlv(der.CONTEXT_2, *encoded) if lists else b"",
        token,
    )
    return ArchiveTimestamp(algorithm, lists, token, der.sequence(*body))


def with_validation_data(token: bytes, certificates: Iterable[bytes], crls: Iterable[bytes]) -> bytes:
    """A token with the authority's chain and CRLs added to its SignedData, outside of what is signed (RFC 5652, 5.1).

    :raises EvidenceUnreadable: no token
    """
    try:
        kind, wrapped = der.read_one(token, der.SEQUENCE)
        parts = der.read_one(wrapped.content, der.SEQUENCE)
        old = {part.tag: der.read(part.content) for part in parts[3:-1]}
        added = {der.CONTEXT_0: certificates, der.CONTEXT_1: crls}
        sets = []
        for tag, more in added.items():
            values = {*(one.whole for one in old.get(tag, ())), *more}
            sets.append(der.tlv(tag, *sorted(values)) if values else b"")
        body = der.sequence(*(part.whole for part in parts[:3]), *sets, parts[-1].whole)
    except (ValueError, IndexError) as error:
        raise EvidenceUnreadable(f"no timestamp token: {error}") from error
    return der.sequence(kind.whole, der.tlv(der.CONTEXT_0, body))


def read_record(data: bytes) -> EvidenceRecord:
    """A record as somebody hands it in. Only DER; caps hold before anything is computed.

    :raises EvidenceUnreadable: no evidence record, one over encrypted objects, or beyond the caps
    """
    if len(data) > LARGEST_RECORD:
        raise EvidenceUnreadable(f"larger than {LARGEST_RECORD // 1024 // 1024} MB")
    try:
        record = EvidenceRecord(tuple(_read_chain(one) for one in der.read(_sequence_of(data).content)))
    except ValueError as error:
        raise EvidenceUnreadable(str(error)) from error
    if not record.chains or not all(record.chains):
        raise EvidenceUnreadable("a record without an archive timestamp")
    if sum(len(chain) for chain in record.chains) > MOST_TIMESTAMPS:
        raise EvidenceUnreadable(f"more than {MOST_TIMESTAMPS} archive timestamps")
    return record


def _sequence_of(data: bytes) -> der.Value:
    """The ArchiveTimeStampSequence; the algorithms listed before it only repeat what it says."""
    version, _algorithms, *optional, sequence = der.read_one(data, der.SEQUENCE)
    if (version.tag, version.content) != (der.INTEGER, _VERSION) or sequence.tag != der.SEQUENCE:
        raise ValueError("not version 1 of an evidence record")
    if any(one.tag == der.CONTEXT_1 for one in optional):
        raise ValueError("evidence over encrypted objects is not read here")
    return sequence


def _chain_der(chain: Chain) -> bytes:
    return der.sequence(*(one.der for one in chain))


def _read_chain(value: der.Value) -> Chain:
    return tuple(_read_timestamp(one) for one in der.read_one(value.whole, der.SEQUENCE))


def _read_timestamp(value: der.Value) -> ArchiveTimestamp:
    """Attributes of an archive timestamp say nothing about the proof and are passed over."""
    *optional, token = der.read_one(value.whole, der.SEQUENCE)
    parts = {one.tag: one.content for one in optional}
    if token.tag != der.SEQUENCE or len(parts) != len(optional) or parts.keys() - set(_OPTIONAL):
        raise ValueError("not an archive timestamp")
    # where no algorithm is named it is the one of the token's imprint (RFC 4998, 4.1)
    named = parts.get(der.CONTEXT_0)
    algorithm = token_info(token.whole).algorithm if named is None else _read_algorithm(named)
    lists = _read_lists(parts[der.CONTEXT_2]) if der.CONTEXT_2 in parts else ()
    size = hashlib.new(algorithm).digest_size
    if any(len(one) != size for hashes in lists for one in hashes):
        raise ValueError(f"a hash in the tree that is not {size} octets long")
    return ArchiveTimestamp(algorithm, lists, token.whole, value.whole)


def _read_lists(content: bytes) -> Lists:
    lists = der.read(content)
    if not 1 <= len(lists) <= MOST_LISTS:
        raise ValueError(f"{len(lists)} lists in a reduced hash tree")
    return tuple(_read_hashes(one) for one in lists)


def _read_hashes(value: der.Value) -> tuple[bytes, ...]:
    hashes = der.read_one(value.whole, der.SEQUENCE)
    if not 1 <= len(hashes) <= MOST_HASHES or any(one.tag != der.OCTET_STRING for one in hashes):
        raise ValueError("a list of hashes that is empty, too long or not of hashes")
    return tuple(one.content for one in hashes)


def _read_algorithm(content: bytes) -> str:
    """Of an AlgorithmIdentifier's content; parameters are absent or NULL."""
    identifier, *parameters = der.read(content)
    if any(one.whole != der.NULL for one in parameters):
        raise ValueError("a digest algorithm with parameters")
    return digest_named(identifier.whole)
