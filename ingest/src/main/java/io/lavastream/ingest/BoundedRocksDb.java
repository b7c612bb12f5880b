package io.lavastream.ingest;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the native memory of all stores of the process together. By default each store of each partition takes up to
 * 98 MB, and a lane has seven stores a partition. The shared cache and its write buffers live as long as the process.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final long TOTAL_BYTES = 64L << 20;
    private static final long WRITE_BUFFER_BYTES = 32L << 20;
    private static final long STORE_WRITE_BUFFER_BYTES = 2L << 20;
    private static final int STORE_WRITE_BUFFERS = 2;

    private static final Cache CACHE = new LRUCache(TOTAL_BYTES);
    private static final WriteBufferManager WRITE_BUFFERS =
            new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(WRITE_BUFFERS);
        options.setWriteBufferSize(STORE_WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(STORE_WRITE_BUFFERS);
    }

    @Override
    public void close(String storeName, Options options) {
        // Cache and write buffers are shared: no store closes them.
    }
}
