package karguzar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableFile;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.ers.ERSData;
import org.bouncycastle.tsp.ers.ERSDataGroup;
import org.bouncycastle.tsp.ers.ERSEvidenceRecord;
import org.bouncycastle.tsp.ers.ERSFileData;
import org.bouncycastle.util.Selector;
import org.bouncycastle.util.Store;

/** BouncyCastle: CMS signatures, timestamp tokens, evidence records. Certificates are those the files carry. */
final class BouncyCastle {
    private BouncyCastle() {
    }

    /** {"file", "content"} → {"valid", "signer"}: a detached signature over the content. */
    static ObjectNode cms(JsonNode job, ObjectNode answer) throws Exception {
        var content = new CMSProcessableFile(new File(job.get("content").asText()));
        var signed = new CMSSignedData(content, Files.readAllBytes(Path.of(job.get("file").asText())));
        SignerInformation signer = signed.getSignerInfos().iterator().next();
        X509CertificateHolder certificate = certificate(signed.getCertificates(), signer.getSID());
        answer.put("signer", certificate.getSubject().toString());
        return answer.put("valid", signer.verify(verifier(certificate)));
    }

    /** {"file"} → {"at", "imprint"}: a timestamp token; throws if its signature is not valid. */
    static ObjectNode token(JsonNode job, ObjectNode answer) throws Exception {
        var token = new TimeStampToken(new CMSSignedData(Files.readAllBytes(Path.of(job.get("file").asText()))));
        token.validate(verifier(certificate(token.getCertificates(), token.getSID())));
        answer.put("at", token.getTimeStampInfo().getGenTime().toInstant().toString());
        return answer.put("imprint", java.util.HexFormat.of().formatHex(token.getTimeStampInfo().getMessageImprintDigest()));
    }

    /** {"file", "objects", "at"} → {"valid"}: the record is about exactly these objects; throws if it is not. */
    static ObjectNode record(JsonNode job, ObjectNode answer) throws Exception {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        var record = new ERSEvidenceRecord(Files.readAllBytes(Path.of(job.get("file").asText())), digests);
        record.validate(verifier(record.getSigningCertificate()));
        List<ERSData> objects = new ArrayList<>();
        for (JsonNode path : job.get("objects")) {
            objects.add(new ERSFileData(new File(path.asText())));
        }
        record.validatePresent(objects.size() == 1 ? objects.get(0) : new ERSDataGroup(objects), Interop.at(job));
        return answer.put("valid", true);
    }

    private static X509CertificateHolder certificate(
            Store<X509CertificateHolder> certificates, Selector<X509CertificateHolder> signer) {
        return certificates.getMatches(signer).iterator().next();
    }

    private static SignerInformationVerifier verifier(X509CertificateHolder certificate) throws Exception {
        return new JcaSimpleSignerInfoVerifierBuilder().build(certificate);
    }
}
