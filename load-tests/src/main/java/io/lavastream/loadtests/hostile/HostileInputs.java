package io.lavastream.loadtests.hostile;

import io.lavastream.loadtests.hostile.HostileInput.End;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Sampling;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** More than a thousand inputs of all kinds, which a seed decides. */
public final class HostileInputs {
    private static final int BROKEN_PICTURES = 420;
    private static final int BOMBS = 60;
    private static final int NO_QUESTIONS = 240;
    private static final int OUT_OF_RANGE = 140;
    private static final int STRANGE_TEXTS = 110;

    private static final Set<FailureCode> NO_PICTURE =
            EnumSet.of(
                    FailureCode.IMAGE_CORRUPT,
                    FailureCode.IMAGE_UNSUPPORTED,
                    FailureCode.IMAGE_TOO_LARGE);

    private static final Set<FailureCode> NO_TEXT =
            EnumSet.of(FailureCode.PROMPT_TOO_LONG, FailureCode.QUESTION_TOO_LONG);

    private static final Set<FailureCode> NO_ADDRESS =
            EnumSet.of(FailureCode.IMAGE_UNREACHABLE, FailureCode.INVALID_PARAMETER);

    /**
     * What the inputs are aimed at.
     *
     * @param questionId schema id of questions
     * @param otherId schema id of another record
     * @param nestedId see {@link BrokenAvro}
     * @param encoder writes a question as a client does
     * @param port of a server on 127.0.0.1 that must never be reached
     * @param redirector see {@link ForbiddenAddresses}
     * @param named see {@link ForbiddenAddresses}
     */
    public record Target(
            int questionId,
            int otherId,
            int nestedId,
            Function<Question, byte[]> encoder,
            int port,
            String redirector,
            String named) {}

    private final Target target;
    private final Seeded seeded;
    private final List<HostileInput> inputs = new ArrayList<>();

    private HostileInputs(Target target, long seed) {
        this.target = target;
        seeded = new Seeded(seed);
    }

    /** The same seed gives the same inputs. */
    public static List<HostileInput> of(Target target, long seed) {
        HostileInputs made = new HostileInputs(target, seed);
        made.addBrokenPictures();
        made.addBombs();
        made.addNoQuestions();
        made.addOutOfRange();
        made.addStrangeTexts();
        made.addForbiddenAddresses();
        return List.copyOf(made.inputs);
    }

    private void addBrokenPictures() {
        List<byte[]> sound = Pictures.sound();
        for (int i = 0; i < BROKEN_PICTURES; i++) {
            byte[] picture = seeded.damaged(sound.get(i % sound.size()));
            add("broken picture", about(picture), new End.Outcome(NO_PICTURE, true));
        }
    }

    private void addBombs() {
        End tooLarge = new End.Outcome(NO_PICTURE, false);
        for (int i = 0; i < BOMBS; i++) {
            byte[] bomb = Bombs.of(i, seeded.between(20_000, 60_000));
            add("bomb", about(bomb), tooLarge);
        }
        // A sound pixel: whoever skips the text answers.
        add("text bomb", about(Bombs.pngWithText(64 << 20)), new End.Outcome(NO_PICTURE, true));
    }

    private void addNoQuestions() {
        BrokenAvro avro = new BrokenAvro(target.questionId(), target.otherId(), target.nestedId());
        for (int i = 0; i < NO_QUESTIONS; i++) {
            byte[] question = target.encoder().apply(question("never-read-" + i).build());
            inputs.add(
                    new HostileInput(
                            "no question, kind " + i % 12,
                            "",
                            avro.of(i, question, seeded),
                            new End.DeadLetter()));
        }
    }

    private void addOutOfRange() {
        End refused = new End.Outcome(Set.of(FailureCode.INVALID_PARAMETER), false);
        for (int i = 0; i < OUT_OF_RANGE; i++) {
            add("out of range, kind " + i % 14, OutOfRange.of(i, next(), seeded), refused);
        }
    }

    private void addStrangeTexts() {
        End anything = new End.Outcome(NO_TEXT, true);
        for (int i = 0; i < STRANGE_TEXTS; i++) {
            Question question =
                    next().setText(StrangeText.of(seeded))
                            .setSystem(i % 3 == 0 ? StrangeText.of(seeded) : null)
                            .setAttributes(Map.of(StrangeText.of(seeded), StrangeText.of(seeded)))
                            .setSampling(oneToken())
                            .build();
            add("strange text", question, anything);
        }
    }

    private void addForbiddenAddresses() {
        End refused = new End.Outcome(NO_ADDRESS, false);
        for (String address :
                ForbiddenAddresses.all(target.port(), target.redirector(), target.named())) {
            Question question =
                    next().setImages(List.of(ImageSource.newBuilder().setUri(address).build()))
                            .build();
            add("address " + address, question, refused);
        }
    }

    private void add(String name, Question question, End end) {
        inputs.add(
                new HostileInput(
                        name, question.getRequestId(), target.encoder().apply(question), end));
    }

    private Question about(byte[] picture) {
        return next().setImages(
                        List.of(ImageSource.newBuilder().setData(ByteBuffer.wrap(picture)).build()))
                .setSampling(oneToken())
                .build();
    }

    private Question.Builder next() {
        return question("hostile-" + inputs.size());
    }

    private static Question.Builder question(String id) {
        return Question.newBuilder().setRequestId(id).setText("What is this?");
    }

    private static Sampling oneToken() {
        return Sampling.newBuilder().setMaxNewTokens(1).build();
    }
}
