// AUIF with a model in memory, where a file's name will not do.
#pragma once

#include <memory>
#include <string>

#include "auif/fuse_options.h"
#include "auif/method.h"
#include "auif/model.h"

namespace auif {

// As OpenMethod("auif") returns it. Throws Error: what Fuser's constructor throws.
std::unique_ptr<FusionMethod> AuifMethod(const Model& model, const FuseOptions& options = {});

// Its Content(), without preparing it.
std::string AuifContent(const Model& model, const FuseOptions& options);

// By name, ignoring case; throws Error (kUsage) for others.
Strategy ParseStrategy(const std::string& name);

}  // namespace auif
