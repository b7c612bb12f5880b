package io.lavastream.job;

import static java.util.Objects.requireNonNull;

import io.lavastream.schemas.TicketedQuestion;

/** Names one attempt of a request. */
record RequestId(String requestId, int attempt) {
    RequestId {
        requireNonNull(requestId, "request_id");
    }

    static RequestId of(TicketedQuestion question) {
        return new RequestId(question.getRequestId(), question.getAttempt());
    }

    @Override
    public String toString() {
        return "%s attempt %d".formatted(requestId, attempt);
    }
}
