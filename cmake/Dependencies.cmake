# What the build finds on the machine; scripts/install-deps.sh installs it on Debian.
find_package(hwy REQUIRED)
find_package(TBB REQUIRED)
if(NOT AUIF_CORE_ONLY)
  find_package(OpenCV 4.5 REQUIRED COMPONENTS core imgproc imgcodecs)
  find_package(nlohmann_json REQUIRED)
  find_package(fmt REQUIRED)
endif()
