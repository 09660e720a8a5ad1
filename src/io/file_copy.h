/* One file under a second name. */
#ifndef MAG_IO_FILE_COPY_H
#define MAG_IO_FILE_COPY_H

/* Gives the regular file `from` the second name `to`, which must not exist; where the file system
   knows no second names, copies it (0600, on disk when this returns). Links are not followed. 0, or
   -1 with errno. */
int mag_file_link_or_copy(const char *from, const char *to);
/* The copy alone. */
int mag_file_copy(const char *from, const char *to);

#endif
