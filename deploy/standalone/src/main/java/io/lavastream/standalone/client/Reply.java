package io.lavastream.standalone.client;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;

/** The one outcome of a question, as a client sees it. */
public sealed interface Reply {
    String requestId();

    /** From {@code vqa.answers}. */
    record Answered(Answer answer) implements Reply {
        @Override
        public String requestId() {
            return answer.getRequestId();
        }
    }

    /** From {@code vqa.failures}. */
    record Failed(Failure failure) implements Reply {
        @Override
        public String requestId() {
            return failure.getRequestId();
        }
    }
}
