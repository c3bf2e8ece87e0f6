// Models that are compiled into the program.
#pragma once

#include <string>
#include <string_view>

#include "auif/joint_model.h"

namespace auif {

// LoadJointModel of a file's bytes. where: the file in messages.
JointModel ParseJointModel(std::string_view bytes, const std::string& where);

}  // namespace auif
