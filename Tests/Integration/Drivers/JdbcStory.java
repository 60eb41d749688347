import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** What an application does through JDBC. Arguments: URL and user; the password comes from PGPASSFILE. */
class JdbcStory {
    static final int ROWS = 20_000;

    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], null)) {
            prepared(connection);
            copies(connection);
            batch(connection);
            cancels(connection);
            check(count(connection) == ROWS + 100, "rows are missing at the end");
        }
        System.out.println("JDBC story told");
    }

    /** Often enough that the driver names its statements on the server. */
    static void prepared(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT ? * 2, ?::text")) {
            for (int number = 0; number < 20; number++) {
                statement.setInt(1, number);
                statement.setString(2, "naïve ☃");
                try (ResultSet rows = statement.executeQuery()) {
                    check(rows.next() && rows.getInt(1) == number * 2 && rows.getString(2).equals("naïve ☃"), "a prepared statement answers wrongly");
                }
            }
        }
    }

    static void copies(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE jdbc_story (id int PRIMARY KEY, note text)");
        }
        StringBuilder lines = new StringBuilder();
        for (int number = 0; number < ROWS; number++) lines.append(number).append("\tnote ").append(number).append('\n');
        var copy = connection.unwrap(PGConnection.class).getCopyAPI();
        check(copy.copyIn("COPY jdbc_story FROM STDIN", new StringReader(lines.toString())) == ROWS, "COPY counted other rows than were sent");
        StringWriter out = new StringWriter();
        copy.copyOut("COPY (SELECT * FROM jdbc_story ORDER BY id) TO STDOUT", out);
        check(out.toString().equals(lines.toString()), "what came out is not what went in");
    }

    /** One Sync for many statements, in a transaction, and rows fetched a portion at a time. */
    static void batch(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO jdbc_story VALUES (?, 'batch')")) {
            for (int number = 0; number < 100; number++) {
                statement.setInt(1, ROWS + number);
                statement.addBatch();
            }
            check(statement.executeBatch().length == 100, "a batch is incomplete");
        }
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(500);
            int seen = 0;
            try (ResultSet rows = statement.executeQuery("SELECT id FROM jdbc_story")) {
                while (rows.next()) seen++;
            }
            check(seen == ROWS + 100, "a portal gave " + seen + " rows");
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    static void cancels(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement()) {
            // Again and again: one that overtakes the statement cancels nothing.
            Thread canceller = new Thread(() -> {
                try {
                    while (true) {
                        Thread.sleep(300);
                        statement.cancel();
                    }
                } catch (InterruptedException ended) {
                    return;
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            canceller.start();
            long began = System.nanoTime();
            try {
                statement.execute("SELECT pg_sleep(60)");
                check(false, "nothing was cancelled");
            } catch (SQLException failure) {
                check("57014".equals(failure.getSQLState()), "cancelled with " + failure.getSQLState());
                check(System.nanoTime() - began < 20_000_000_000L, "the cancellation came late");
            }
            canceller.interrupt();
            canceller.join();
        }
    }

    static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery("SELECT count(*) FROM jdbc_story")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) throw new AssertionError(otherwise);
    }
}
