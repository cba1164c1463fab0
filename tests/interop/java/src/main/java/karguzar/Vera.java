package karguzar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/** veraPDF: is a file compliant with a flavour of PDF/A or PDF/UA? */
final class Vera {
    private static final int MOST_FAILURES = 20;

    static {
        VeraGreenfieldFoundryProvider.initialise();
    }

    private Vera() {
    }

    /** {"file", "flavour": "3b" | "ua1"} → {"compliant", "failures": ["clause: message"]}. */
    static ObjectNode compliance(JsonNode job, ObjectNode answer) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(job.get("flavour").asText());
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(job.get("file").asText()), flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, MOST_FAILURES, false, false, false)) {
            var result = validator.validate(parser);
            answer.put("compliant", result.isCompliant());
            ArrayNode failures = answer.putArray("failures");
            result.getTestAssertions().stream()
                    .filter(one -> one.getStatus() == TestAssertion.Status.FAILED)
                    .forEach(one -> failures.add(one.getRuleId().getClause() + ": " + one.getMessage()));
            return answer;
        }
    }
}
