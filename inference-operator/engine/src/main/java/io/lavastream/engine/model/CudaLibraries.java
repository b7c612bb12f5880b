package io.lavastream.engine.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/**
 * The libraries of CUDA and cuDNN that TensorFlow's GPU build opens by name when it looks for a GPU. Those that the build brought as
 * resources are unpacked and loaded before, each by its path and after those it needs itself: the system's loader then finds them by
 * name, because they are loaded. A host so needs only the NVIDIA driver.
 */
final class CudaLibraries {
    private static final String RESOURCES = "/org/bytedeco/cuda/linux-x86_64/";

    /** What is needed stands before what needs it. */
    private static final List<String> IN_ORDER =
            List.of(
                    "libcudart.so.12",
                    "libcublasLt.so.12",
                    "libcublas.so.12",
                    "libcufft.so.11",
                    "libnvJitLink.so.12",
                    "libcusparse.so.12",
                    "libcusolver.so.11",
                    "libcudnn.so.9");

    /** What cuDNN itself opens by name, from its own directory, once something uses it. */
    private static final List<String> BESIDE_CUDNN =
            List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9");

    private static final List<Path> SYSTEM =
            List.of(
                    Path.of("/usr/lib/x86_64-linux-gnu"),
                    Path.of("/usr/lib64"),
                    Path.of("/usr/lib"),
                    Path.of("/usr/local/cuda/lib64"));

    private CudaLibraries() {}

    /**
     * Loads what is there; unpacking takes some ten seconds the first time. The libraries stay loaded as long as the process.
     *
     * @return what is neither among the resources nor where the system has its libraries, or cannot be unpacked or loaded; in words
     */
    static List<String> load() {
        return load(CudaLibraries::unpacked);
    }

    /** @param unpacked the file of a library that the build brought, by name; throws where it cannot be written */
    static List<String> load(Function<String, Optional<Path>> unpacked) {
        List<String> missing = new ArrayList<>();
        try {
            for (String name : BESIDE_CUDNN) {
                var unused = unpacked.apply(name);
            }
            for (String name : IN_ORDER) {
                unpacked.apply(name)
                        .or(() -> installed(name))
                        .map(file -> obstacle(name, file))
                        .orElse(Optional.of(name))
                        .ifPresent(missing::add);
            }
        } catch (UncheckedIOException e) {
            // A full disk is full for the rest of them, too.
            missing.add("%s: %s".formatted(e.getMessage(), e.getCause().getMessage()));
        }
        return missing;
    }

    /** Loads {@code file}; why that is not possible, if it is not. */
    private static Optional<String> obstacle(String name, Path file) {
        try {
            System.load(file.toString());
            return Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.of("%s (%s)".formatted(name, e.getMessage()));
        }
    }

    private static Optional<Path> unpacked(String name) {
        URL resource = CudaLibraries.class.getResource(RESOURCES + name);
        if (resource == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Loader.cacheResource(resource).toPath().toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException("%s: could not be unpacked".formatted(name), e);
        }
    }

    private static Optional<Path> installed(String name) {
        String search = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
        Stream<Path> named =
                Stream.of(search.split(":", -1)).filter(entry -> !entry.isBlank()).map(Path::of);
        return Stream.concat(named, SYSTEM.stream())
                .map(directory -> directory.resolve(name).toAbsolutePath())
                .filter(Files::exists)
                .findFirst();
    }
}
