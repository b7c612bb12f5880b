package io.lavastream.standalone.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.schemas.Failure;
import io.lavastream.standalone.client.Reply;
import java.io.PrintStream;

/** A JSON object a line as each outcome arrives, for programs. */
public final class DemoJson implements DemoReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;

    public DemoJson(PrintStream out) {
        this.out = out;
    }

    @Override
    public void result(DemoResult result) {
        SceneQuestion question = result.question();
        ObjectNode line = JSON.createObjectNode();
        line.put("request_id", question.requestId());
        line.put("image", question.image());
        line.put("question", question.question());
        if (result.reply() instanceof Reply.Failed failed) {
            putFailure(line, failed.failure());
        }
        result.text().ifPresent(text -> line.put("answer", text));
        question.answer().ifPresent(answer -> line.put("expected", answer));
        question.failure().ifPresent(code -> line.put("expected_failure", code.name()));
        question.referenceAnswer().ifPresent(answer -> line.put("reference_answer", answer));
        line.put("millis", result.millis());
        out.println(line);
    }

    private static void putFailure(ObjectNode line, Failure failure) {
        line.putObject("failure")
                .put("code", failure.getCode().name())
                .put("detail", failure.getDetail());
    }
}
