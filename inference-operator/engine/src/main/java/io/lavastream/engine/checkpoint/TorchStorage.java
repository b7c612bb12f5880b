package io.lavastream.engine.checkpoint;

/**
 * A torch storage: the flat array behind one or more tensors.
 *
 * @param key names the entry of the archive that has its bytes
 * @param type element type
 * @param elements how many
 */
record TorchStorage(String key, TensorType type, long elements) {}
