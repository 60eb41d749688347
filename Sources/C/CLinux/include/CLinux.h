/* What Glibc's Swift module leaves out of Linux: epoll, eventfd, accept4, peer credentials. */
#pragma once
#include "understudy_child.h"
#include "Spawn.h"
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

/* accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC; -1 and errno as accept4. */
int understudy_accept(int listener);

/* recv(2) and send(2) with MSG_NOSIGNAL. The C library's own are points where a thread can be cancelled, which costs each call
   two atomic operations as soon as a process has threads; ours are never cancelled. */
ssize_t understudy_receive(int socket, void *buffer, size_t size);
ssize_t understudy_send(int socket, const void *bytes, size_t size);

/* Whether a TCP connection that is established begins and ends at the same address. */
int understudy_is_local(int socket);

/* The peer of a Unix-domain socket by SO_PEERCRED; 0, or -1 and errno. */
int understudy_peer_credentials(int socket, pid_t *pid, uid_t *uid, gid_t *gid);

/* Names the calling thread for debuggers and profilers; cut at 15 bytes. */
void understudy_name_thread(const char *name);
