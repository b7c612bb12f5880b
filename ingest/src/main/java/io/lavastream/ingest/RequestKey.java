package io.lavastream.ingest;

import io.lavastream.schemas.TicketedQuestion;

/** Names a (request id, attempt) in the stores. The attempt is last, so a request's attempts stand together. */
final class RequestKey {
    private static final char SEPARATOR = '#';

    private RequestKey() {}

    static String of(String requestId, int attempt) {
        return requestId + SEPARATOR + attempt;
    }

    /** Reads what {@link #of} wrote. The last separator counts: an id may contain others. */
    static GateChangelog.Key parse(String key) {
        int separator = key.lastIndexOf(SEPARATOR);
        return new GateChangelog.Key(
                key.substring(0, separator), Integer.parseInt(key.substring(separator + 1)));
    }

    static String of(TicketedQuestion question) {
        return of(question.getRequestId(), question.getAttempt());
    }
}
