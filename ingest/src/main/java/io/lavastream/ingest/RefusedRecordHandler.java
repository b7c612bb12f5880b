package io.lavastream.ingest;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a broker does not take a record. Dropping it would lose an outcome, so processing stops and tries
 * again: once the cause is removed nothing is missing. The log line names topic and size, never content.
 */
public final class RefusedRecordHandler implements ProductionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedRecordHandler.class);

    @Override
    public void configure(Map<String, ?> configs) {
        // Nothing is configurable.
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context,
            ProducerRecord<byte[], byte[]> record,
            Exception exception) {
        LOG.error(
                "{} does not take a record of {} bytes, made of {}-{} at offset {}: {}",
                record.topic(),
                record.value() == null ? 0 : record.value().length,
                context.topic(),
                context.partition(),
                context.offset(),
                exception.toString());
        return exception instanceof RetriableException ? Response.retry() : Response.fail();
    }
}
