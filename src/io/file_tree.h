/* Whole directories: are they empty, put them on disk, remove and swap them. Symbolic links are
   never followed. */
#ifndef MAG_IO_FILE_TREE_H
#define MAG_IO_FILE_TREE_H

#include <stdbool.h>

/* No entry but "." and ".."; false too if it cannot be read. */
bool mag_file_tree_is_empty(const char *path);

/* Removes a file, a link, or a directory with all it holds. 0, or -1 with errno. */
int mag_file_tree_remove(const char *path);

/* Puts the files of a directory (not of its folders) and the directory itself on disk. 0, or -1
 * with errno. */
int mag_file_tree_sync(const char *path);

/* Puts a directory's own entries on disk. 0, or -1 with errno. */
int mag_file_tree_sync_entries(const char *path);

/* Swaps two paths in one step that no reader can see the middle of. 0, or -1 with errno: ENOSYS or
   EINVAL where the system cannot do it. */
int mag_file_tree_exchange(const char *a, const char *b);

#endif
