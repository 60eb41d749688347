#define _GNU_SOURCE
#include "CLinux.h"
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int understudy_accept(int listener)
{
    return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

ssize_t understudy_receive(int socket, void *buffer, size_t size)
{
    return syscall(SYS_recvfrom, socket, buffer, size, 0, 0, 0);
}

ssize_t understudy_send(int socket, const void *bytes, size_t size)
{
    return syscall(SYS_sendto, socket, bytes, size, MSG_NOSIGNAL, 0, 0);
}

int understudy_is_local(int socket)
{
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } own, peer;
    socklen_t own_size = sizeof own, peer_size = sizeof peer;
    if (getsockname(socket, &own.any, &own_size) != 0 || getpeername(socket, &peer.any, &peer_size) != 0 || own.any.sa_family != peer.any.sa_family)
        return 0;
    switch (own.any.sa_family) {
    case AF_INET: return own.v4.sin_addr.s_addr == peer.v4.sin_addr.s_addr;
    case AF_INET6: return memcmp(&own.v6.sin6_addr, &peer.v6.sin6_addr, sizeof own.v6.sin6_addr) == 0;
    default: return 0;
    }
}

int understudy_peer_credentials(int socket, pid_t *pid, uid_t *uid, gid_t *gid)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

void understudy_name_thread(const char *name)
{
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(pthread_self(), cut);
}
