package io.lavastream.standalone.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The table of access rules as a document states it: what is tested is what the operator reads. */
final class AccessRules {
    /** {@code | principal | resource | `name` or `prefix*` | Operation, Operation |}. */
    private static final Pattern ROW =
            Pattern.compile(
                    "\\| (\\w+) \\| (topic|group|transactional id) \\| `([^`*]+)(\\*?)` \\| ([\\w, ]+) \\|");

    private AccessRules() {}

    /** One binding for each operation of each row. */
    static List<AclBinding> in(Path document) throws IOException {
        List<AclBinding> bindings = new ArrayList<>();
        for (String line : Files.readAllLines(document)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                ResourcePattern resource =
                        new ResourcePattern(
                                ResourceType.valueOf(
                                        row.group(2).toUpperCase(Locale.ROOT).replace(' ', '_')),
                                row.group(3),
                                row.group(4).isEmpty()
                                        ? PatternType.LITERAL
                                        : PatternType.PREFIXED);
                Arrays.stream(row.group(5).split(", "))
                        .map(operation -> binding(resource, row.group(1), operation))
                        .forEach(bindings::add);
            }
        }
        return bindings;
    }

    private static AclBinding binding(ResourcePattern resource, String principal, String name) {
        AclOperation operation =
                AclOperation.valueOf(
                        name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
        return new AclBinding(
                resource,
                new AccessControlEntry(
                        "User:" + principal, "*", operation, AclPermissionType.ALLOW));
    }
}
