package io.lavastream.standalone.inspect;

import io.lavastream.standalone.client.Cluster;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** How far the job has read a lane's requests, as its group's offsets say: they are written with its checkpoints. */
final class JobProgress {
    private JobProgress() {}

    /** Says in words whether the job had read {@code request} when it last wrote down where it stands. */
    static String of(Cluster cluster, String lane, ConsumerRecord<byte[], byte[]> request) {
        String group = "lavastream-job-" + lane;
        TopicPartition partition = new TopicPartition(request.topic(), request.partition());
        try (Admin admin = Admin.create(cluster.clientConfig())) {
            Map<TopicPartition, OffsetAndMetadata> offsets =
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            OffsetAndMetadata read = offsets.get(partition);
            if (read == null) {
                return "the job has taken no checkpoint of this partition yet";
            }
            if (read.offset() > request.offset()) {
                return "the job had read it at its last checkpoint";
            }
            return "not read at the job's last checkpoint: %d offsets before it in its partition"
                    .formatted(request.offset() - read.offset());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new KafkaException("offsets of group " + group + ": " + e.getCause(), e);
        }
    }
}
