package io.lavastream.kernels;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a log of {@code -XX:+LogCompilation} says of kernels as the second compiler has them, which is the one that makes registers of vectors; of JDK 17.
 */
final class CompilationLog {
    /** Operations with vectors. */
    private static final Set<String> OPERATIONS =
            Set.of(
                    "load",
                    "store",
                    "convert",
                    "broadcastInt",
                    "broadcastCoerced",
                    "unaryOp",
                    "binaryOp",
                    "ternaryOp",
                    "compare",
                    "blend",
                    "reductionCoerced");

    /** Tiles have their stores behind their loop, where they may be left for later. */
    private static final Pattern TILE = Pattern.compile("\\w+Tile\\.(one|two|four|six|eight|twin)");

    private static final String OWN = CompilationLog.class.getPackageName() + ".";
    private static final Pattern TASK =
            Pattern.compile("<task compile_id='(\\d+)'.* method='([^' ]+) ([^' ]+)");
    private static final Pattern TYPE = Pattern.compile("<klass id='(\\d+)' name='([^']+)'");
    private static final Pattern METHOD =
            Pattern.compile("<method id='(\\d+)' holder='(\\d+)' name='([^']+)'");
    private static final Pattern CALL = Pattern.compile("<call method='(\\d+)'");
    private static final Pattern LATE =
            Pattern.compile("<late_inline method='(\\d+)'.* inline_id='(\\d+)'");

    private final Set<String> cut = new TreeSet<>();
    private final Map<String, Long> nodes = new TreeMap<>();
    private final Map<String, String> types = new HashMap<>();
    private final Map<String, String> methods = new HashMap<>();
    private boolean second;
    private String kernel = "";
    private long first;
    private String called = "";

    /** Kernels, and what they call, where the compiler gave up. */
    Set<String> cut() {
        return cut;
    }

    /** Nodes of a kernel by the end of the last operation with vectors in its loops. */
    Map<String, Long> nodes() {
        return nodes;
    }

    /** The next line. */
    void add(String line) {
        Matcher task = TASK.matcher(line);
        if (task.find()) {
            begin(task, !line.contains(" level='"));
        } else if (second) {
            addOfTask(line);
        }
    }

    /** What is called by a handle may be compiled with that, and is known by its first method then. */
    private void begin(Matcher task, boolean bySecond) {
        String type = task.group(2);
        boolean own = type.startsWith(OWN);
        second = bySecond && (own || type.startsWith("java.lang.invoke.LambdaForm$"));
        kernel = own ? type.substring(OWN.length()) + "." + task.group(3) : "";
        first = Long.parseLong(task.group(1)) << 33;
        types.clear();
        methods.clear();
    }

    private void addOfTask(String line) {
        Matcher type = TYPE.matcher(line);
        Matcher method = METHOD.matcher(line);
        Matcher call = CALL.matcher(line);
        Matcher late = LATE.matcher(line);
        if (type.find()) {
            types.put(type.group(1), type.group(2));
        } else if (method.find()) {
            methods.put(method.group(1), method.group(3));
            nameBy(types.getOrDefault(method.group(2), ""), method.group(3));
        } else if (call.find()) {
            called = methods.get(call.group(1));
        } else if (line.contains("reason='NodeCountInliningCutoff'") && !kernel.isEmpty()) {
            cut.add(kernel + " calls " + called);
        } else if (late.find() && !kernel.isEmpty()) {
            long node = Long.parseLong(late.group(2)) - first;
            addOperation(methods.getOrDefault(late.group(1), ""), node);
        }
    }

    private void nameBy(String type, String method) {
        if (kernel.isEmpty() && type.startsWith(OWN)) {
            kernel = type.substring(OWN.length()) + "." + method;
        }
    }

    private void addOperation(String operation, long node) {
        boolean behind = operation.equals("store") && TILE.matcher(kernel).matches();
        if (OPERATIONS.contains(operation) && !behind) {
            nodes.merge(kernel, node, Math::max);
        }
    }
}
