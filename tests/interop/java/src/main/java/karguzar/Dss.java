package karguzar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** EU DSS: PAdES signatures with their levels, and evidence records (RFC 4998), offline. */
final class Dss {
    private Dss() {
    }

    /** {"file", "at", "trust"} → {"signatures": [{"indication", "sub", "level", "errors"}]}. */
    static ObjectNode document(JsonNode job, ObjectNode answer) {
        SimpleReport report = judged(new FileDocument(job.get("file").asText()), List.of(), job);
        ArrayNode signatures = answer.putArray("signatures");
        for (String id : report.getSignatureIdList()) {
            ObjectNode one = signatures.addObject();
            one.put("level", report.getSignatureFormat(id).name());
            outcome(one, report, id);
        }
        ArrayNode timestamps = answer.putArray("timestamps");
        for (String id : report.getTimestampIdList()) {
            outcome(timestamps.addObject(), report, id);
        }
        return answer;
    }

    /** {"file", "objects", "at", "trust"} → {"indication", "sub", "proven_at", "errors"}. */
    static ObjectNode record(JsonNode job, ObjectNode answer) {
        List<DSSDocument> objects = new ArrayList<>();
        job.get("objects").forEach(path -> objects.add(new FileDocument(path.asText())));
        SimpleReport report = judged(new FileDocument(job.get("file").asText()), objects, job);
        String id = report.getFirstEvidenceRecordId();
        outcome(answer, report, id);
        ArrayNode timestamps = answer.putArray("timestamps");
        report.getEvidenceRecordTimestamps(id).forEach(one -> {
            ObjectNode timestamp = timestamps.addObject();
            timestamp.put("at", one.getProductionTime().toInstant().toString());
            outcome(timestamp, report, one.getId());
        });
        return answer.put("proven_at", report.getEvidenceRecordPOE(id).toInstant().toString());
    }

    private static void outcome(ObjectNode answer, SimpleReport report, String id) {
        answer.put("indication", String.valueOf(report.getIndication(id)));
        answer.put("sub", String.valueOf(report.getSubIndication(id)));
        ArrayNode errors = answer.putArray("errors");
        report.getAdESValidationErrors(id).forEach(message -> errors.add(message.getValue()));
        ArrayNode warnings = answer.putArray("warnings");
        report.getAdESValidationWarnings(id).forEach(message -> warnings.add(message.getValue()));
    }

    private static SimpleReport judged(DSSDocument document, List<DSSDocument> objects, JsonNode job) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(document);
        validator.setCertificateVerifier(verifier(job.get("trust")));
        validator.setValidationTime(Interop.at(job));
        if (!objects.isEmpty()) {
            validator.setDetachedContents(objects);
        }
        return validator.validateDocument().getSimpleReport();
    }

    /** The folder of trust as `karguzar tour --out` writes it: root.pem is the anchor, nothing is fetched. */
    private static CommonCertificateVerifier verifier(JsonNode folder) {
        File trust = new File(folder.asText());
        var anchors = new CommonTrustedCertificateSource();
        var others = new CommonCertificateSource();
        List<DSSDocument> lists = new ArrayList<>();
        for (File file : trust.listFiles()) {
            if (file.getName().equals("root.pem")) {
                anchors.addCertificate(DSSUtils.loadCertificate(file));
            } else if (file.getName().endsWith(".pem")) {
                others.addCertificate(DSSUtils.loadCertificate(file));
            } else if (file.getName().endsWith(".crl")) {
                lists.add(new FileDocument(file));
            }
        }
        var verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(anchors);
        verifier.setAdjunctCertSources(others);
        verifier.setCrlSource(new ExternalResourcesCRLSource(lists.toArray(DSSDocument[]::new)));
        return verifier;
    }
}
