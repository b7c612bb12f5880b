package io.lavastream.loadtests.hostile;

import io.lavastream.schemas.FailureCode;
import java.util.Set;

/**
 * A record that means harm, or was made by something broken, and how it must end.
 *
 * @param name what is wrong with it, for a message
 * @param requestId by which its outcome is found; empty for what ends as a dead letter
 * @param value the record's bytes, on a questions topic
 * @param end how it must end
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record HostileInput(String name, String requestId, byte[] value, End end) {

    /** How an input must end. */
    public sealed interface End {
        /** On the dead-letter topic, as it came. */
        record DeadLetter() implements End {}

        /**
         * With the one outcome of its request.
         *
         * @param codes failures that are right
         * @param mayBeAnswered whether an answer is right, too: a flipped bit need not break a picture
         */
        record Outcome(Set<FailureCode> codes, boolean mayBeAnswered) implements End {
            public Outcome {
                codes = Set.copyOf(codes);
            }
        }
    }
}
