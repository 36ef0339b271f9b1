/* The starter file, as it stands in config/agent.example.yaml; builds run from the project's root.
 */
#include "config/config.h"

__asm__(".section .rodata\n"
        ".global config_starter\n"
        ".type config_starter, @object\n"
        "config_starter:\n"
        ".incbin \"config/agent.example.yaml\"\n"
        ".byte 0\n"
        ".size config_starter, . - config_starter\n"
        ".previous\n");
