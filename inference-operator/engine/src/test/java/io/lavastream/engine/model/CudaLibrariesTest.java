package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;

/**
 * The libraries of CUDA load without a driver; only their use needs one. Runs with the profile gpu; without, there are none.
 */
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
    void librariesThatTheBuildBroughtAreFoundByName() {
        boolean brought =
                CudaLibraries.class.getResource(
                                "/org/bytedeco/cuda/linux-x86_64/libcudart.so.12")
                        != null;
        if (!brought) {
            System.out.println("not run: no libraries of CUDA here; build with -Pgpu");
        }
        assumeTrue(brought, "libraries of CUDA");

        assertThat(CudaLibraries.load()).isEmpty();

        for (String name : OPENED) {
            assertThatCode(() -> TensorFlow.loadLibrary(name)).as(name).doesNotThrowAnyException();
        }
        System.out.println("loaded by name: " + OPENED);
    }
}
