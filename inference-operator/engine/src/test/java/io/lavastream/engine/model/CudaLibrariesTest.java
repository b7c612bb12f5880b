package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/** The libraries of CUDA load without a driver; only their use needs one. */
class CudaLibrariesTest {
    /** As TensorFlow opens them, by name. */
    private static final List<String> OPENED =
            List.of(
                    "libcudart.so.12",
                    "libcublas.so.12",
                    "libcublasLt.so.12",
                    "libcufft.so.11",
                    "libcusolver.so.11",
                    "libcusparse.so.12",
                    "libcudnn.so.9");

    @Test
    void whereTheyCannotBeUnpackedTheyAreMissing() {
        assertThat(
                        CudaLibraries.load(
                                name -> {
                                    throw new UncheckedIOException(
                                            name + ": could not be unpacked",
                                            new IOException("No space left on device"));
                                }))
                .containsExactly(
                        "libcudnn_graph.so.9: could not be unpacked: No space left on device");
    }

    /** Runs with the profile gpu; without, there are none. */
    @Test
    void librariesThatTheBuildBroughtAreFoundByName() {
        boolean brought =
                CudaLibraries.class.getResource("/org/bytedeco/cuda/linux-x86_64/libcudart.so.12")
                        != null;
        if (!brought) {
            System.out.println("not run: no libraries of CUDA here; build with -Pgpu");
        }
        assumeTrue(brought, "libraries of CUDA");

        assertThat(CudaLibraries.load()).isEmpty();

        TensorFlow.version(); // Loads TensorFlow itself.
        assertThat(OPENED).allMatch(CudaLibrariesTest::opens);
        assertThat(opens("libnosuch.so.12")).isFalse();
        System.out.println("opened by name: " + OPENED);
    }

    /** Whether TensorFlow's own loader, which asks the system for a name, finds the library. */
    private static boolean opens(String name) {
        TF_Status status = TF_Status.newStatus();
        tensorflow.TF_LoadLibrary(name, status);
        return tensorflow.TF_GetCode(status) == tensorflow.TF_OK;
    }
}
