package io.lavastream.engine;

import static java.util.Objects.requireNonNull;

/** One earlier message of a conversation. */
public record Turn(Role role, String text) {
    /** Who spoke. */
    public enum Role {
        USER,
        ASSISTANT
    }

    public Turn {
        requireNonNull(role, "role");
        requireNonNull(text, "text");
    }
}
