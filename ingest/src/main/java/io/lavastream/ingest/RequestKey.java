package io.lavastream.ingest;

import io.lavastream.schemas.TicketedQuestion;

/** Names a (request id, attempt) in the stores. The attempt is last, so a request's attempts stand together. */
final class RequestKey {
    private static final char SEPARATOR = '#';

    private RequestKey() {}

    static String of(String requestId, int attempt) {
        return requestId + SEPARATOR + attempt;
    }

    static String of(TicketedQuestion question) {
        return of(question.getRequestId(), question.getAttempt());
    }
}
