package io.slipway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;

/// What a person reads who has mistyped a command.
class UsageTest {
    private static String told(String... args) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setErr(new PrintWriter(err));
        int code = line.execute(args);
        assertThat(code).isEqualTo(2);
        return err.toString();
    }

    @Test
    void aMistakeIsTwoLinesAndNotTheWholeHelp() {
        assertThat(told("retry"))
                .isEqualTo(
                        """
                        slipway: Missing required parameter: 'RUN'
                          slipway retry --help says how
                        """);
        assertThat(told()).contains("which word?").hasLineCount(2);
    }

    @Test
    void aWordThatIsNearlyRightIsNamed() {
        assertThat(told("rollbak", "web")).contains("rollback").hasLineCount(2);
    }
}
