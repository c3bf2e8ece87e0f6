// AUIF_API marks what the shared libraries let a caller link with; all else is hidden.
#pragma once

#define AUIF_API __attribute__((visibility("default")))
