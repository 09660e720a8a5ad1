#include "io/embedded.h"

#include "test_support.h"

static int set_up(void **state) {
    (void)state;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    return 0;
}

static void every_file_has_the_bytes_of_the_source_tree(void **state) {
    (void)state;
    for (size_t i = 0; i < mag_embedded_count; i++) {
        mag_span content;
        assert_true(mag_embedded_find(mag_embedded_files[i].name, &content));
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", MAG_SOURCE_DIR, mag_embedded_files[i].name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        char *bytes = malloc(content.nbytes + 1);
        assert_int_equal(fread(bytes, 1, content.nbytes + 1, file), content.nbytes);
        assert_memory_equal(bytes, content.at, content.nbytes);
        free(bytes);
        fclose(file);
    }
}

static void names_are_sorted_and_end_with_a_row_of_zeros(void **state) {
    (void)state;
    for (size_t i = 1; i < mag_embedded_count; i++)
        assert_true(strcmp(mag_embedded_files[i - 1].name, mag_embedded_files[i].name) < 0);
    assert_null(mag_embedded_files[mag_embedded_count].name);
}

static void other_names_are_not_found(void **state) {
    (void)state;
    mag_span content;
    assert_false(mag_embedded_find("", &content));
    assert_false(mag_embedded_find("pipelines", &content));
    assert_false(mag_embedded_find("../pipelines/profiles/magscreen.yaml", &content));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_file_has_the_bytes_of_the_source_tree),
        TEST(names_are_sorted_and_end_with_a_row_of_zeros),
        TEST(other_names_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
