package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * The weights of one directory, in one file or in several with an index.
 *
 * @param directory that they are written to
 * @param tensors in the files' order
 */
record WeightSet(Path directory, WeightFormat format, List<SyntheticTensor> tensors) {
    WeightSet {
        tensors = List.copyOf(tensors);
    }

    long bytes() {
        return tensors.stream().mapToLong(SyntheticTensor::bytes).sum();
    }

    /** Writes new files; {@code written} is told of each piece's bytes. */
    void write(long seed, LongConsumer written) throws IOException {
        List<List<SyntheticTensor>> shards = cut(tensors, format.shardBytes());
        Map<String, List<SyntheticTensor>> named = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            named.put(format.file(i + 1, shards.size()), shards.get(i));
        }
        for (Map.Entry<String, List<SyntheticTensor>> shard : named.entrySet()) {
            format.write(directory.resolve(shard.getKey()), shard.getValue(), seed, written);
        }
        if (named.size() > 1) {
            JsonText.write(directory.resolve(format.index()), index(named));
        }
    }

    /** {@code tensors} in their order, as few shards as hold at most {@code maxBytes} each. */
    static List<List<SyntheticTensor>> cut(List<SyntheticTensor> tensors, long maxBytes) {
        List<List<SyntheticTensor>> shards = new ArrayList<>();
        List<SyntheticTensor> open = new ArrayList<>();
        long bytes = 0;
        for (SyntheticTensor tensor : tensors) {
            if (bytes + tensor.bytes() > maxBytes && !open.isEmpty()) {
                shards.add(List.copyOf(open));
                open.clear();
                bytes = 0;
            }
            open.add(tensor);
            bytes += tensor.bytes();
        }
        shards.add(List.copyOf(open));
        return shards;
    }

    /** Tells which shard holds which tensor. */
    private ObjectNode index(Map<String, List<SyntheticTensor>> shards) {
        Map<String, String> files = new TreeMap<>();
        shards.forEach((file, held) -> held.forEach(tensor -> files.put(tensor.name(), file)));
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", bytes());
        ObjectNode weightMap = index.putObject("weight_map");
        files.forEach(weightMap::put);
        return index;
    }
}
