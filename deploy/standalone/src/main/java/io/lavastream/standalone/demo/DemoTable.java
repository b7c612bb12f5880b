package io.lavastream.standalone.demo;

import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.demo.DemoResult.Mark;
import java.io.PrintStream;
import java.util.Locale;

/** A row as each outcome arrives, for people. */
public final class DemoTable implements DemoReport {
    private final PrintStream out;

    public DemoTable(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begin() {
        row("request", "image", "question", "answer", "expected", "ms", "");
    }

    @Override
    public void result(DemoResult result) {
        SceneQuestion question = result.question();
        row(
                question.requestId(),
                question.image(),
                question.question(),
                result.text().orElseGet(() -> failure(result)),
                question.failure().map(Enum::name).or(question::answer).orElse(""),
                Long.toString(result.millis()),
                mark(result.mark()));
    }

    private void row(
            String request,
            String image,
            String question,
            String answer,
            String expected,
            String millis,
            String mark) {
        String line =
                String.join(
                        "  ",
                        Column.fit(request, 8),
                        Column.fit(image, 21),
                        Column.fit(question, 40),
                        Column.fit(answer, 40),
                        Column.fit(expected, 40),
                        Column.fitRight(millis, 6),
                        mark);
        out.println(line.stripTrailing());
    }

    private static String failure(DemoResult result) {
        Reply.Failed failed = (Reply.Failed) result.reply();
        return "%s: %s".formatted(failed.failure().getCode(), failed.failure().getDetail());
    }

    private static String mark(Mark mark) {
        return mark.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
