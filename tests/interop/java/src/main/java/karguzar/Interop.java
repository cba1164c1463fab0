package karguzar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.Map;

/**
 * Asks validators nobody of this product wrote. A job a line on stdin, as JSON; its answer a line on stdout:
 * {"ask": "dss-pdf" | "dss-record" | "vera" | "cms" | "token" | "bc-record", …}. An answer is {"error": …} if the
 * validator threw.
 */
public final class Interop {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A question to one validator. */
    interface Question {
        ObjectNode ask(JsonNode job, ObjectNode answer) throws Exception;
    }

    private static final Map<String, Question> QUESTIONS = Map.of(
            "dss-pdf", Dss::document,
            "dss-record", Dss::record,
            "vera", Vera::compliance,
            "cms", BouncyCastle::cms,
            "token", BouncyCastle::token,
            "bc-record", BouncyCastle::record);

    private Interop() {
    }

    public static void main(String[] arguments) throws IOException {
        try (var jobs = JSON.readerFor(JsonNode.class).<JsonNode>readValues(System.in)) {
            while (jobs.hasNext()) {
                System.out.println(JSON.writeValueAsString(answered(jobs.next())));
                System.out.flush();
            }
        }
    }

    static Date at(JsonNode job) {
        return Date.from(Instant.parse(job.get("at").asText()));
    }

    private static ObjectNode answered(JsonNode job) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            return QUESTIONS.get(job.get("ask").asText()).ask(job, answer);
        } catch (Exception | LinkageError error) {
            return answer.put("error", error.toString());
        }
    }
}
