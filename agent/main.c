#include <signal.h>
#include <sys/prctl.h>

#include "base/world.h"
#include "commands/command.h"

int main(int argc, char **argv)
{
    prctl(PR_SET_DUMPABLE, 0); /* secrets stay out of core dumps */
    signal(SIGPIPE, SIG_IGN);  /* a closed pipe is an error of write(), not the end */
    signal(SIGXFSZ, SIG_IGN);  /* so is a file that must not grow any more */
    return agent_main(argc, argv, &world_real);
}
