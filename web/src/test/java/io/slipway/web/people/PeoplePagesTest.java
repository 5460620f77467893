package io.slipway.web.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// Lists of people come page by page, filtered by the server.
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class PeoplePagesTest {
    private final Database database;
    private PeopleDoor door;

    PeoplePagesTest(Database database) {
        this.database = database;
    }

    @BeforeAll
    void open() throws Exception {
        door = new PeopleDoor(database);
        database.change(tx -> Projects.create(tx, ProjectName.parse("shop"), null));
        for (String name : List.of("ada", "bea", "carl", "dora", "emil")) {
            door.ask("POST", "/people").byOperator().body("{'name':'" + name + "'}").json();
        }
        for (String name : List.of("emil", "carl", "ada")) {
            role("PUT", "/projects/shop/members/" + name);
        }
        for (String name : List.of("dora", "bea", "ada")) {
            role("PATCH", "/people/" + name);
        }
    }

    private void role(String method, String path) throws Exception {
        assertThat(door.ask(method, path).byOperator().body("{'role':'viewer'}").status())
                .isEqualTo(204);
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    /// What each page says, from the first to the last.
    private List<String> pages(String path, String... lists) throws Exception {
        List<String> pages = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = door.ask("GET", path + cursor).byOperator().json();
            StringBuilder text = new StringBuilder();
            for (String list : lists) {
                text.append(list).append(':');
                page.path(list)
                        .forEach(one -> text.append(' ').append(one.path("name").asString()));
                text.append(' ');
            }
            pages.add(text.toString().strip());
            cursor = "&cursor=" + page.path("next").asString("");
        } while (!cursor.endsWith("="));
        return pages;
    }

    @Test
    void peopleComeByName() throws Exception {
        assertThat(pages("/people?limit=2", "people"))
                .containsExactly("people: ada bea", "people: carl dora", "people: emil");
        assertThat(pages("/people?limit=5", "people"))
                .containsExactly("people: ada bea carl dora emil");
        assertThat(pages("/people?limit=1&q=%20A", "people"))
                .containsExactly("people: ada", "people: bea", "people: carl", "people: dora");
    }

    @Test
    void membersOfTheProjectComeBeforeThoseOfEverything() throws Exception {
        String path = "/projects/shop/members?limit=";
        assertThat(pages(path + 2, "members", "everywhere"))
                .containsExactly(
                        "members: ada carl everywhere:",
                        "members: emil everywhere: ada",
                        "members: everywhere: bea dora");
        assertThat(pages(path + 200, "members", "everywhere"))
                .containsExactly("members: ada carl emil everywhere: ada bea dora");
        assertThat(pages(path + 1 + "&q=d", "members", "everywhere"))
                .containsExactly(
                        "members: ada everywhere:",
                        "members: everywhere: ada",
                        "members: everywhere: dora");
    }
}
