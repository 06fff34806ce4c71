// Runs Kafka's command line tools one after the other in one virtual machine. A line on standard input is a call: standard input of the tool in
// Base64, the class, its arguments, with tabs between them. The answer is a line: @, exit code, tab,
// standard output in Base64.
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.apache.kafka.common.utils.Exit;

public class ToolServer {
    private static class Ended extends RuntimeException {
        Ended(int code) {
            super("exit " + code);
        }
    }

    /** The first code that the tool ended with: it may catch what we throw, and end once more. */
    private static volatile Integer ended;

    private static void end(int code) {
        if (ended == null) ended = code;
        throw new Ended(code);
    }

    public static void main(String[] none) throws Exception {
        PrintStream answers = System.out;
        Exit.setExitProcedure((code, message) -> end(code));
        Exit.setHaltProcedure((code, message) -> end(code));
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            String[] parts = line.split("\t", -1);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setIn(new ByteArrayInputStream(Base64.getDecoder().decode(parts[0])));
            int code = call(parts[1], Arrays.copyOfRange(parts, 2, parts.length));
            System.out.flush();
            // a tool's own logging, which keeps the stream it found first, may have left an open line
            answers.print("\n@" + code + "\t" + Base64.getEncoder().encodeToString(out.toByteArray()) + "\n");
            answers.flush();
        }
    }

    private static int call(String name, String[] arguments) {
        ended = null;
        try {
            Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
            return ended == null ? 0 : ended;
        } catch (InvocationTargetException error) {
            if (ended != null) return ended;
            error.printStackTrace();
            return 1;
        } catch (ReflectiveOperationException error) {
            error.printStackTrace();
            return 127;
        }
    }
}
