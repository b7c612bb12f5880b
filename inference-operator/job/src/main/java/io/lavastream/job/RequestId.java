package io.lavastream.job;

import static java.util.Objects.requireNonNull;

import io.lavastream.schemas.TicketedQuestion;

/** Names one attempt of a request. Each lane has a gate of its own, so two lanes may use one id for two questions. */
record RequestId(String lane, String requestId, int attempt) {
    RequestId {
        requireNonNull(lane, "lane");
        requireNonNull(requestId, "request_id");
    }

    static RequestId of(String lane, TicketedQuestion question) {
        return new RequestId(lane, question.getRequestId(), question.getAttempt());
    }

    @Override
    public String toString() {
        return "%s attempt %d in %s".formatted(requestId, attempt, lane);
    }
}
