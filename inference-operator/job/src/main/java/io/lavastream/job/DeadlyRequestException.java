package io.lavastream.job;

/** A request that does not enter the engine any more, because the process ended each time it was there. */
final class DeadlyRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int deaths;

    DeadlyRequestException(int deaths) {
        super("the process ended %d times while it worked on this request".formatted(deaths));
        this.deaths = deaths;
    }

    int deaths() {
        return deaths;
    }
}
