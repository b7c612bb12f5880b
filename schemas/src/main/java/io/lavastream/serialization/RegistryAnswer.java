package io.lavastream.serialization;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;

/** What a registry's answer means to an operator. */
final class RegistryAnswer {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private RegistryAnswer() {}

    /** One line: who is refused is told so, for a refusal itself is often empty. */
    static String describe(RestClientException answer) {
        return switch (answer.getStatus()) {
            case UNAUTHORIZED ->
                    "HTTP 401, user or password is wrong or missing (expected: basic.auth.user.info of a known user)";
            case FORBIDDEN -> "HTTP 403, this user may not: " + answer.getMessage();
            default -> answer.getMessage();
        };
    }
}
