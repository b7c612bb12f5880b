package io.lavastream.standalone;

import java.util.ArrayList;
import java.util.List;

/** What went wrong in one line for the operator: what failed first and, where it says more, why. */
public final class Causes {
    private Causes() {}

    /** The messages of a chain of causes, outermost first, without those that another already holds. */
    public static String of(Throwable failure) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage()).replaceAll("\\s*\\R\\s*", " ");
            boolean isNew = messages.stream().noneMatch(known -> known.contains(message));
            if (isNew && cause.getMessage() != null) {
                // A wrapper's message often is its cause's toString().
                messages.removeIf(message::contains);
                messages.add(message);
            }
        }
        return messages.isEmpty()
                ? failure.getClass().getSimpleName()
                : String.join(": ", messages);
    }
}
