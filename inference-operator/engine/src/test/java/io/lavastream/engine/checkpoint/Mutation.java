package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * One way to damage a checkpoint: a good one of {@code layout} is written, and {@code change} is made to its files.
 *
 * @param name for messages
 */
record Mutation(String name, Layout layout, Change change) {
    /** Changes the model in a directory. */
    interface Change {
        void apply(Path model, Random random) throws IOException;
    }

    /** Changes the JSON header of a safetensors file. */
    private interface HeaderChange {
        void apply(ObjectNode header, Random random);
    }

    private static final String SHARD = "model-00001-of-00002.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String TORCH = "pytorch_model.bin";
    private static final String PICKLE = "archive/data.pkl";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Bytes of a safetensors file before its header: the header's length. */
    private static final int LENGTH_BYTES = Long.BYTES;

    /** Opcodes that no file of tensors needs, some with an argument that follows. */
    private static final List<String> OPCODES =
            List.of(
                    "cos\nsystem\n",
                    "cbuiltins\neval\n",
                    "i__main__\nC\n",
                    "o",
                    "\u0081",
                    "\u0082\u0001",
                    "\u0093",
                    "P1\n",
                    "e",
                    "g7\n",
                    "\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
                    "X\u00ff\u00ff\u00ff\u007f",
                    "\u008a\u00ff",
                    "T\u00ff\u00ff\u00ff\u00ff",
                    "I12abc\n",
                    "0000",
                    "1111",
                    "R",
                    "Q",
                    "s");

    static final List<Mutation> ALL =
            List.of(
                    huggingFace("header length", Mutation::headerLength),
                    header("offsets", Mutation::offsets),
                    header("overlapping tensors", Mutation::overlap),
                    header("dtype name", Mutation::dtype),
                    header("shape", Mutation::shape),
                    huggingFace("JSON depth of a header", (model, random) -> deepHeader(model)),
                    huggingFace("JSON depth of the config", Mutation::deepConfig),
                    huggingFace("truncated safetensors", (m, r) -> truncate(m.resolve(SHARD), r)),
                    huggingFace("index", Mutation::index),
                    huggingFace("config value", Mutation::configValue),
                    original("pickle opcode", Mutation::opcode),
                    original("pickle byte", Mutation::pickleByte),
                    original("pickle cut", Mutation::pickleCut),
                    original("pickle depth", (model, random) -> pickleDepth(model)),
                    original("zip directory", Mutation::zipDirectory),
                    original("truncated torch file", (m, r) -> truncate(m.resolve(TORCH), r)),
                    original("vision tower", Mutation::tower));

    /** Writes a good model to {@code model}, and what it needs beside it. */
    static void writeGood(Path model, Layout layout) throws IOException {
        TinyCheckpoint tiny = new TinyCheckpoint(1);
        if (layout == Layout.ORIGINAL) {
            OriginalCheckpoint original = new OriginalCheckpoint(tiny);
            original.write(model);
            original.writeTower(model.resolveSibling("clip-vit-tiny-patch14-28"));
            return;
        }
        TinyCheckpoint.writeText(model.resolve("config.json"), tiny.config().toString());
        List<String> names = new ArrayList<>(tiny.tensors().keySet());
        ObjectNode index = JSON.createObjectNode();
        ObjectNode files = index.putObject("weight_map");
        for (int i = 0; i < 2; i++) {
            String file = "model-0000%d-of-00002.safetensors".formatted(i + 1);
            Map<String, Tensor> shard = new LinkedHashMap<>();
            for (String name : names.subList(i * names.size() / 2, (i + 1) * names.size() / 2)) {
                shard.put(name, tiny.tensors().get(name));
                files.put(name, file);
            }
            SafetensorsWriter.write(model.resolve(file), shard);
        }
        TinyCheckpoint.writeText(model.resolve(INDEX), index.toString());
    }

    void apply(Path model, Random random) throws IOException {
        change.apply(model, random);
    }

    private static Mutation huggingFace(String name, Change change) {
        return new Mutation(name, Layout.HUGGING_FACE, change);
    }

    private static Mutation original(String name, Change change) {
        return new Mutation(name, Layout.ORIGINAL, change);
    }

    /** A mutation of the header's content, with a length that is right. */
    private static Mutation header(String name, HeaderChange change) {
        return huggingFace(
                name,
                (model, random) -> {
                    ObjectNode header = header(model);
                    change.apply(header, random);
                    write(model, header.toString());
                });
    }

    private static void headerLength(Path model, Random random) throws IOException {
        byte[] file = Files.readAllBytes(model.resolve(SHARD));
        long length = headerLength(file);
        long[] others = {
            0,
            1,
            -1,
            length - 1 - random.nextInt(20),
            length + 1 + random.nextInt(20),
            Long.MAX_VALUE,
            1L << 40,
            file.length,
            random.nextLong()
        };
        ByteBuffer.wrap(file)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, others[random.nextInt(others.length)]);
        Files.write(model.resolve(SHARD), file);
    }

    private static void offsets(ObjectNode header, Random random) {
        ArrayNode offsets = (ArrayNode) any(header, random).get("data_offsets");
        int which = random.nextInt(2);
        long[] others = {
            offsets.get(which).longValue() + 4L * (1 + random.nextInt(100)),
            offsets.get(which).longValue() - 4L * (1 + random.nextInt(100)),
            -1,
            Long.MAX_VALUE,
            1L << 33
        };
        offsets.set(which, others[random.nextInt(others.length)]);
    }

    private static void overlap(ObjectNode header, Random random) {
        ObjectNode one = any(header, random);
        ObjectNode other = any(header, random);
        // Of one shape, so that the size is right, and at another place.
        while (!other.get("shape").equals(one.get("shape"))
                || other.get("data_offsets").equals(one.get("data_offsets"))) {
            one = any(header, random);
            other = any(header, random);
        }
        one.set("data_offsets", other.get("data_offsets").deepCopy());
    }

    private static void dtype(ObjectNode header, Random random) {
        List<String> others = List.of("F16", "I32", "U32", "F64", "FP4", "f32", "", "BOOL");
        any(header, random).put("dtype", others.get(random.nextInt(others.size())));
    }

    private static void shape(ObjectNode header, Random random) {
        ArrayNode shape = (ArrayNode) any(header, random).get("shape");
        int dimension = random.nextInt(shape.size());
        long size = shape.get(dimension).longValue();
        switch (random.nextInt(5)) {
            case 0 -> shape.set(dimension, size + 1);
            case 1 -> shape.set(dimension, -size);
            case 2 -> shape.add(Long.MAX_VALUE);
            case 3 -> shape.add(1);
            default -> shape.set(dimension, String.valueOf(size));
        }
    }

    private static void deepHeader(Path model) throws IOException {
        String header = header(model).toString();
        String deep = "{\"__metadata__\":%s,".formatted(nested(100_000));
        write(model, deep + header.substring(1));
    }

    private static void deepConfig(Path model, Random random) throws IOException {
        Path file = model.resolve("config.json");
        String config = Files.readString(file);
        String deep = "{\"extra\":%s,".formatted(nested(2_000 + random.nextInt(100_000)));
        Files.writeString(file, deep + config.substring(1));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static void truncate(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
    }

    private static void index(Path model, Random random) throws IOException {
        Path file = model.resolve(INDEX);
        ObjectNode index = (ObjectNode) JSON.readTree(file.toFile());
        ObjectNode files = (ObjectNode) index.get("weight_map");
        List<String> names = new ArrayList<>();
        files.fieldNames().forEachRemaining(names::add);
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(5)) {
            case 0 -> files.put(name, "../" + SHARD);
            case 1 -> files.put(name, "model-00003-of-00002.safetensors");
            case 2 -> files.put(name, 7);
            case 3 -> files.put(name + ".more", SHARD);
            default -> index.put("weight_map", "none");
        }
        Files.writeString(file, index.toString());
    }

    private static void configValue(Path model, Random random) throws IOException {
        Path file = model.resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        ObjectNode text = (ObjectNode) config.get("text_config");
        switch (random.nextInt(7)) {
            case 0 -> text.put("hidden_size", 24 + 4L * (1 + random.nextInt(100)));
            case 1 -> text.put("num_hidden_layers", 3 + random.nextInt(100));
            case 2 -> text.put("vocab_size", -random.nextInt(100));
            case 3 -> text.put("num_key_value_heads", 3);
            case 4 -> text.put("hidden_act", "gelu");
            case 5 -> config.putObject("quantization_config").put("load_in_4bit", true);
            default -> text.put("intermediate_size", 40.5);
        }
        Files.writeString(file, config.toString());
    }

    /** Puts an opcode before another one of the same pickle. */
    private static void opcode(Path model, Random random) throws IOException {
        byte[] opcode =
                OPCODES.get(random.nextInt(OPCODES.size())).getBytes(StandardCharsets.ISO_8859_1);
        changePickle(
                model,
                pickle -> {
                    // Behind the protocol, or before the end: places where an opcode begins.
                    int place = random.nextBoolean() ? 2 : pickle.length - 1;
                    ByteArrayOutputStream changed = new ByteArrayOutputStream();
                    changed.write(pickle, 0, place);
                    changed.writeBytes(opcode);
                    changed.write(pickle, place, pickle.length - place);
                    return changed.toByteArray();
                });
    }

    private static void pickleByte(Path model, Random random) throws IOException {
        changePickle(
                model,
                pickle -> {
                    pickle[random.nextInt(pickle.length)] ^= (byte) (1 + random.nextInt(255));
                    return pickle;
                });
    }

    private static void pickleCut(Path model, Random random) throws IOException {
        changePickle(
                model,
                pickle -> {
                    int from = random.nextInt(pickle.length - 1);
                    int to = from + 1 + random.nextInt(Math.min(40, pickle.length - 1 - from));
                    byte[] cut = Arrays.copyOf(pickle, pickle.length - (to - from));
                    System.arraycopy(pickle, to, cut, from, pickle.length - to);
                    return cut;
                });
    }

    /** A tuple in a tuple in a tuple: cheap to write, and the end of a reader that calls itself. */
    private static void pickleDepth(Path model) throws IOException {
        changePickle(
                model,
                pickle -> {
                    ByteArrayOutputStream changed = new ByteArrayOutputStream();
                    changed.write(pickle, 0, 2);
                    changed.writeBytes("(".repeat(200_000).getBytes(StandardCharsets.US_ASCII));
                    changed.writeBytes("t".repeat(200_000).getBytes(StandardCharsets.US_ASCII));
                    changed.write(pickle, 2, pickle.length - 2);
                    return changed.toByteArray();
                });
    }

    /** A byte of the records at the end, which say where everything is. */
    private static void zipDirectory(Path model, Random random) throws IOException {
        Path file = model.resolve(TORCH);
        byte[] bytes = Files.readAllBytes(file);
        int directory =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 6);
        int place = directory + random.nextInt(bytes.length - directory);
        bytes[place] ^= (byte) (1 + random.nextInt(255));
        Files.write(file, bytes);
    }

    private static void tower(Path model, Random random) throws IOException {
        Path tower = model.resolveSibling("clip-vit-tiny-patch14-28");
        switch (random.nextInt(3)) {
            case 0 -> truncate(tower.resolve(TORCH), random);
            case 1 ->
                    Files.writeString(tower.resolve("config.json"), "{\"model_type\": \"siglip\"}");
            default -> Files.delete(tower.resolve("config.json"));
        }
    }

    private static void changePickle(Path model, UnaryOperator<byte[]> change) throws IOException {
        Path file = model.resolve(TORCH);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        entries.compute(PICKLE, (name, pickle) -> change.apply(pickle));
        StoredZip.write(file, entries);
    }

    /** One of the tensors' entries in a safetensors header. */
    private static ObjectNode any(ObjectNode header, Random random) {
        List<String> names = new ArrayList<>();
        header.fieldNames().forEachRemaining(names::add);
        return (ObjectNode) header.get(names.get(random.nextInt(names.size())));
    }

    private static ObjectNode header(Path model) throws IOException {
        byte[] file = Files.readAllBytes(model.resolve(SHARD));
        return (ObjectNode) JSON.readTree(file, LENGTH_BYTES, Math.toIntExact(headerLength(file)));
    }

    /** Writes the first shard again, with another header. */
    private static void write(Path model, String header) throws IOException {
        byte[] file = Files.readAllBytes(model.resolve(SHARD));
        int data = LENGTH_BYTES + Math.toIntExact(headerLength(file));
        SafetensorsWriter.write(
                model.resolve(SHARD), header, Arrays.copyOfRange(file, data, file.length));
    }

    private static long headerLength(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }
}
