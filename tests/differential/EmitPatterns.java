// Writes what Java 17 makes of random patterns and floats, for the Rust test `differential_tokens` of kintsu-token.
//
// Usage: java EmitPatterns.java DIRECTORY [ROWS]

import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

public class EmitPatterns {
    static final String[] ATOMS = {
        "a", "b", "1", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\h", "\\H", "\\v", "\\V", "[a-c]", "[^a-c]", "[\\d_]", "[^\\w]",
        "[]a]", "[a-]", "[-a]", "[[a]b]", "[a-z&&[^b]]", "[\\w&&[^a]&&\\w]", "[^a-c&&[a-z]]", "[a-c&&b-d]", "[a-c[x-z]]", "[&a]", "[a&]",
        "[[:alpha:]]", "\\.", "\\x61", "\\x{1F600}", "\\u0062", "\\0141", "\\cA", "\\e", "\u00e9", "\u00df", "\\-", "}", "]", "{", "\\p{L}",
        "\\P{L}", "\\pL", "\\p{Lu}", "\\p{IsAlphabetic}", "\\p{IsLatin}", "\\p{Alpha}", "\\p{Punct}", "\\p{LD}", "\\p{L1}",
        "\\p{script=Greek}", "\\p{gc=Lu}", "\\p{Foo}", "\\Qa.b\\E", "\\Q.", "\\_", "\\y", "[a-\\d]", "[\\d-z]", "[z-a]", "[^]a]", "[]",
        "[a--z]", "[^^]", "[a^]", "[a-c-e]",
    };
    static final String[] PLACES = {"^", "$", "\\b", "\\B", "\\A", "\\Z", "\\z", "\\G"};
    static final String[] QUANTIFIERS = {
        "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{2}?", "*+", "++", "?+", "{2}+", "{", "{x}", "**", "{1}{2}",
    };
    static final int[] CHARACTERS =
        "aabbc1 2_.\n\r\t\u00e9\u00df\u0301\u0660\u00a0\u2028\u0085xyzABC[]{}-^&:pl\ud83d\ude00\u03b1\u0416".codePoints().toArray();

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int rows = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        Files.createDirectories(directory);
        Random random = new Random(1);
        try (PrintWriter file = writer(directory, "attributes.jsonl")) {
            for (int row = 0; row < rows; row++) {
                writeFloat(file, random, row);
            }
        }
        try (PrintWriter file = writer(directory, "expressions.jsonl")) {
            for (int row = 0; row < rows; row++) {
                writePattern(file, pattern(random), value(random));
            }
        }
        writer(directory, "records.jsonl").close();
        try (PrintWriter file = writer(directory, "meta.json")) {
            file.print("{\"reference\":\"java " + Runtime.version().feature() + "\",\"today\":\"2026-01-01\"}");
        }
    }

    static PrintWriter writer(Path directory, String name) throws IOException {
        return new PrintWriter(Files.newBufferedWriter(directory.resolve(name), StandardCharsets.US_ASCII));
    }

    static void writeFloat(PrintWriter file, Random random, int row) {
        double number = switch (row % 5) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextInt(1_000_000) / 100.0;
            case 2 -> (double) random.nextLong();
            case 3 -> Math.pow(2, random.nextInt(2000) - 1000) * (1 + random.nextInt(3));
            default -> (random.nextInt(2000) - 1000) * Math.pow(10, random.nextInt(60) - 30);
        };
        if (!Double.isFinite(number)) {
            return;
        }
        String raw = random.nextBoolean() ? Double.toString(number) : new BigDecimal(number).toString();
        file.println("{\"attribute\":\"Decimal\",\"raw\":" + quoted(raw) + ",\"valid\":true,\"normalized\":"
            + quoted(Double.toString(Double.parseDouble(raw))) + "}");
    }

    static String pattern(Random random) {
        StringBuilder pattern = new StringBuilder();
        for (int atoms = 1 + random.nextInt(4); atoms > 0; atoms--) {
            pattern.append(random.nextInt(6) == 0 ? PLACES[random.nextInt(PLACES.length)] : ATOMS[random.nextInt(ATOMS.length)]);
            if (random.nextBoolean()) {
                pattern.append(QUANTIFIERS[random.nextInt(QUANTIFIERS.length)]);
            }
        }
        return pattern.toString();
    }

    static String value(Random random) {
        StringBuilder value = new StringBuilder("x");
        for (int length = random.nextInt(10); length > 0; length--) {
            value.appendCodePoint(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return value.toString();
    }

    static void writePattern(PrintWriter file, String pattern, String value) {
        String result = "null";
        try {
            Matcher matcher = Pattern.compile(pattern).matcher(value);
            StringBuilder matches = new StringBuilder();
            while (matcher.find()) {
                matches.append(matcher.group());
            }
            // Halves of pairs become question marks, as in every file that Java writes.
            result = quoted(new String(matches.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        } catch (PatternSyntaxException error) {
            // Every error counts as one.
        }
        file.println("{\"expression\":" + quoted("M(" + pattern + ")") + ",\"value\":" + quoted(value) + ",\"result\":" + result + "}");
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char unit : text.toCharArray()) {
            if (unit < ' ' || unit > '~' || unit == '"' || unit == '\\') {
                quoted.append(String.format("\\u%04x", (int) unit));
            } else {
                quoted.append(unit);
            }
        }
        return quoted.append('"').toString();
    }
}
