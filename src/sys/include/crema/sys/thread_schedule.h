// How the kernel shares a core between the threads of one program. Both ask for what needs no
// privilege; where the kernel refuses, nothing changes.
#pragma once

namespace crema::sys {

// The calling thread waits for short moments only: a thread that wakes often and for microseconds
// is let in before one that computes for milliseconds. Linux 6.12 and later; sched_setattr(2).
void prefer_promptness();

// The calling thread gives way to the others of this program. It cannot be taken back.
void give_way();

}  // namespace crema::sys
