package io.lavastream.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Imports run one way: request types, then what works on text, pixels and files, then scheduler,
 * model, runtime.
 */
@AnalyzeClasses(
        packages = "io.lavastream.engine",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ENGINE = "io.lavastream.engine.";

    @ArchTest
    static final ArchRule THE_ENGINE_STANDS_ALONE =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.kafka..", "org.apache.flink..", "org.apache.avro..");

    @ArchTest
    static final ArchRule TENSORFLOW_IS_IMPORTED_WHERE_WEIGHTS_AND_CACHE_LIVE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ENGINE + "model..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.tensorflow..");

    @ArchTest
    static final ArchRule REQUEST_TYPES_KNOW_NOTHING_OF_HOW_AN_ANSWER_IS_MADE =
            noClasses()
                    .that()
                    .resideInAPackage("io.lavastream.engine")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            ENGINE + "scheduler..", ENGINE + "model..", ENGINE + "runtime..");

    @ArchTest
    static final ArchRule TEXT_PIXELS_AND_FILES_COME_BEFORE_SCHEDULING =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            ENGINE + "tokenizer..",
                            ENGINE + "prompt..",
                            ENGINE + "image..",
                            ENGINE + "sampling..",
                            ENGINE + "checkpoint..",
                            ENGINE + "cache..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            ENGINE + "scheduler..", ENGINE + "model..", ENGINE + "runtime..");

    @ArchTest
    static final ArchRule SCHEDULING_IS_PLAIN_JAVA =
            noClasses()
                    .that()
                    .resideInAPackage(ENGINE + "scheduler..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ENGINE + "model..", ENGINE + "runtime..")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule A_MODEL_DOES_NOT_KNOW_WHAT_RUNS_IT =
            noClasses()
                    .that()
                    .resideInAPackage(ENGINE + "model..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ENGINE + "runtime..");

    @ArchTest
    static final ArchRule LAYERS_ARE_FUNCTIONS_OF_TENSORS =
            noClasses()
                    .that()
                    .resideInAPackage(ENGINE + "model.layers..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ENGINE + "model", ENGINE + "checkpoint..");

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("io.lavastream.engine.(*)..").should().beFreeOfCycles();
}
