#include "engine/result_run.h"

#include "cohort/spill_kind.h"

#include <string.h>

enum { LEAST_CHUNK_NBYTES = 1 << 12, MOST_CHUNK_NBYTES = 1 << 16, ROW_ALIGNMENT = 8 };

/* In memory: bytes, capacity. On disk: bytes NULL, and where. */
struct mag_result_chunk {
    mag_result_chunk *next;
    char *bytes;
    size_t capacity, used_nbytes;
    mag_spill_segment segment;
};

enum { TEXT_COUNT = 8 };

typedef struct row_head {
    uint32_t nbytes; /* with the texts, to the next row */
    uint32_t rule_idx;
    mag_outcome outcome;
    mag_event_interval event;
    uint32_t text_nbytes[TEXT_COUNT]; /* without their NUL */
} row_head;

/* The texts of a row in their order; the first is the patient id. */
static void list_texts(const mag_screen_row *row, mag_span texts[TEXT_COUNT]) {
    const char *const others[TEXT_COUNT - 1] = {
        row->site, row->as_of, row->reasons, row->detail, row->notes, row->evidence, row->facts};
    texts[0] = row->patient_id;
    for (size_t i = 1; i < TEXT_COUNT; i++)
        texts[i] = mag_span_of(others[i - 1] ? others[i - 1] : "");
}

void mag_result_run_init(mag_result_run *run, mag_account *account, mag_spill_file *spill,
                         uint32_t partition) {
    *run = (mag_result_run){.account = account,
                            .spill = spill,
                            .partition = partition,
                            .chunk_nbytes = LEAST_CHUNK_NBYTES};
}

static void free_bytes(const mag_result_run *run, mag_result_chunk *chunk) {
    mag_drop(run->account, chunk->bytes, chunk->capacity, 1);
    chunk->bytes = NULL;
    chunk->capacity = 0;
}

void mag_result_run_done(mag_result_run *run) {
    for (mag_result_chunk *chunk = run->first, *next; chunk; chunk = next) {
        next = chunk->next;
        free_bytes(run, chunk);
        mag_drop(run->account, chunk, 1, sizeof *chunk);
    }
    run->first = run->last = run->first_in_memory = NULL;
    run->row_count = 0;
}

/* --- filling -----------------------------------------------------------------------------------
 */

static mag_status new_chunk(mag_result_run *run, size_t row_nbytes, mag_error *err) {
    const size_t wanted = row_nbytes > run->chunk_nbytes ? row_nbytes : run->chunk_nbytes;
    void *chunk_room = NULL, *bytes = NULL;
    size_t one = 0, capacity = 0;
    MAG_TRY(mag_grow(run->account, &bytes, &capacity, 1, wanted, err));
    const mag_status status =
        mag_grow(run->account, &chunk_room, &one, 1, sizeof(mag_result_chunk), err);
    if (status != MAG_OK) {
        mag_drop(run->account, bytes, capacity, 1);
        return status;
    }
    mag_result_chunk *chunk = chunk_room;
    *chunk = (mag_result_chunk){.bytes = bytes, .capacity = capacity};
    if (run->last)
        run->last->next = chunk;
    else
        run->first = chunk;
    run->last = chunk;
    if (!run->first_in_memory)
        run->first_in_memory = chunk;
    if (run->chunk_nbytes < MOST_CHUNK_NBYTES)
        run->chunk_nbytes *= 2;
    return MAG_OK;
}

static mag_status write_out(mag_result_run *run, mag_result_chunk *chunk, mag_error *err) {
    const mag_spill_what what = {.kind = MAG_SPILL_RESULTS,
                                 .partition = run->partition,
                                 .record_nbytes = 1,
                                 .record_count = chunk->used_nbytes};
    const mag_span bytes = {chunk->bytes, chunk->used_nbytes};
    MAG_TRY(mag_spill_write(run->spill, &what, &bytes, 1, &chunk->segment, err));
    free_bytes(run, chunk);
    return MAG_OK;
}

mag_status mag_result_run_spill(mag_result_run *run, mag_error *err) {
    while (run->spill && run->first_in_memory) {
        MAG_TRY(write_out(run, run->first_in_memory, err));
        run->first_in_memory = run->first_in_memory->next;
    }
    return MAG_OK;
}

static void put_row(char *at, const mag_screen_row *row, const mag_span texts[TEXT_COUNT],
                    size_t nbytes) {
    row_head head;
    memset(&head, 0, sizeof head); /* gaps too: what is on disk says nothing but the row */
    head.nbytes = (uint32_t)nbytes;
    head.rule_idx = row->rule_idx;
    head.outcome = row->outcome;
    head.event = row->event;
    char *to = at + sizeof head;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        head.text_nbytes[i] = (uint32_t)texts[i].nbytes;
        if (texts[i].nbytes)
            memcpy(to, texts[i].at, texts[i].nbytes);
        to[texts[i].nbytes] = '\0';
        to += texts[i].nbytes + 1;
    }
    memcpy(at, &head, sizeof head);
    memset(to, 0, (size_t)(at + nbytes - to));
}

mag_status mag_result_run_add(mag_result_run *run, const mag_screen_row *row, mag_error *err) {
    mag_span texts[TEXT_COUNT];
    size_t nbytes = sizeof(row_head);
    list_texts(row, texts);
    for (size_t i = 0; i < TEXT_COUNT; i++)
        nbytes += texts[i].nbytes + 1;
    nbytes = (nbytes + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
    if (nbytes > UINT32_MAX)
        return mag_fail_memory(err, nbytes);
    mag_result_chunk *chunk = run->last;
    if (!chunk || !chunk->bytes || chunk->capacity - chunk->used_nbytes < nbytes) {
        if (mag_account_is_tight(run->account))
            MAG_TRY(mag_result_run_spill(run, err));
        MAG_TRY(new_chunk(run, nbytes, err));
        chunk = run->last;
    }
    put_row(chunk->bytes + chunk->used_nbytes, row, texts, nbytes);
    chunk->used_nbytes += nbytes;
    run->row_count++;
    return MAG_OK;
}

/* --- reading -----------------------------------------------------------------------------------
 */

void mag_result_reader_init(mag_result_reader *reader, const mag_result_run *run) {
    *reader = (mag_result_reader){.run = run, .chunk = run->first};
}

void mag_result_reader_done(mag_result_reader *reader) {
    mag_drop(reader->run->account, reader->buffer, reader->capacity, 1);
    *reader = (mag_result_reader){.run = reader->run};
}

static mag_status load(mag_result_reader *reader, mag_error *err) {
    const mag_result_chunk *chunk = reader->chunk;
    if (chunk->bytes || reader->at)
        return MAG_OK;
    MAG_TRY(mag_grow(reader->run->account, &reader->buffer, &reader->capacity, 1,
                     mag_spill_nbytes(&chunk->segment), err));
    return mag_spill_read(reader->run->spill, &chunk->segment, reader->buffer, err);
}

size_t mag_result_row_read(const char *packed, mag_screen_row *out) {
    row_head head;
    memcpy(&head, packed, sizeof head);
    const char *texts[TEXT_COUNT];
    const char *text = packed + sizeof head;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        texts[i] = text;
        text += head.text_nbytes[i] + 1;
    }
    *out = (mag_screen_row){.patient_id = {texts[0], head.text_nbytes[0]},
                            .site = texts[1],
                            .rule_idx = head.rule_idx,
                            .outcome = head.outcome,
                            .as_of = texts[2],
                            .reasons = texts[3],
                            .detail = texts[4],
                            .notes = texts[5],
                            .evidence = texts[6],
                            .facts = texts[7],
                            .event = head.event};
    return head.nbytes;
}

mag_status mag_result_reader_next(mag_result_reader *reader, bool *is_over, mag_error *err) {
    while (reader->chunk && reader->at == reader->chunk->used_nbytes) {
        reader->chunk = reader->chunk->next;
        reader->at = 0;
    }
    *is_over = !reader->chunk;
    if (*is_over)
        return MAG_OK;
    MAG_TRY(load(reader, err));
    const char *bytes = reader->chunk->bytes ? reader->chunk->bytes : reader->buffer;
    reader->packed.at = bytes + reader->at;
    reader->packed.nbytes = mag_result_row_read(reader->packed.at, &reader->row);
    reader->at += reader->packed.nbytes;
    return MAG_OK;
}
