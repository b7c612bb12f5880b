package io.lavastream.standalone.security;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A key and certificate for servers on 127.0.0.1, made for one test by the JDK's keytool.
 *
 * @param keyStore key and certificate
 * @param trustStore the certificate alone
 */
record Certificates(Path keyStore, Path trustStore) {
    static final String PASSWORD = "password-of-the-stores";

    static Certificates madeIn(Path directory) throws Exception {
        Certificates made =
                new Certificates(directory.resolve("server.p12"), directory.resolve("trust.p12"));
        Path certificate = directory.resolve("server.pem");
        keytool(
                made.keyStore(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1");
        keytool(
                made.keyStore(),
                "-exportcert",
                "-alias",
                "server",
                "-file",
                certificate.toString());
        keytool(
                made.trustStore(),
                "-importcert",
                "-noprompt",
                "-alias",
                "server",
                "-file",
                certificate.toString());
        return made;
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + output);
        }
    }
}
