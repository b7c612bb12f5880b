package io.lavastream.standalone.service;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What runs in this process, and where the rest is.
 *
 * @param bootstrapServers of another broker; empty if it runs here, or none is needed
 * @param schemaRegistryUrl of another registry; empty if it runs here, or none is needed
 */
public record Placement(
        Set<Role> roles, Optional<String> bootstrapServers, Optional<String> schemaRegistryUrl) {

    public Placement {
        roles = Set.copyOf(roles);
        require(!roles.isEmpty(), "roles: none (expected: at least one)");
        requireOnePlace(roles, Role.BROKER, "bootstrap-servers", bootstrapServers);
        requireOnePlace(roles, Role.REGISTRY, "schema-registry-url", schemaRegistryUrl);
    }

    /** Everything in this process. */
    public static Placement embedded() {
        return of(Optional.empty(), Optional.empty());
    }

    /** Everything in this process except what has an address. */
    public static Placement of(
            Optional<String> bootstrapServers, Optional<String> schemaRegistryUrl) {
        EnumSet<Role> roles = EnumSet.allOf(Role.class);
        bootstrapServers.ifPresent(address -> roles.remove(Role.BROKER));
        schemaRegistryUrl.ifPresent(address -> roles.remove(Role.REGISTRY));
        return new Placement(roles, bootstrapServers, schemaRegistryUrl);
    }

    public boolean runs(Role role) {
        return roles.contains(role);
    }

    /** Whether this process reads or writes records, and so needs both broker and registry. */
    public boolean works() {
        return works(roles);
    }

    private static boolean works(Set<Role> roles) {
        return roles.contains(Role.INGEST) || roles.contains(Role.JOB);
    }

    private static void requireOnePlace(
            Set<Role> roles, Role role, String option, Optional<String> address) {
        require(
                !(roles.contains(role) && address.isPresent()),
                "%s: %s (expected: none, as this process runs the %s)"
                        .formatted(option, address.orElse(""), role));
        require(
                !works(roles) || roles.contains(role) || address.isPresent(),
                "%s: none (expected: an address, as this process does not run the %s)"
                        .formatted(option, role));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
