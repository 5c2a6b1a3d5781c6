"""fgagt as a Conan 2 package, from the checkout that contains this recipe: conan create cmake/packaging/conan"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load

REPOSITORY = os.path.join("..", "..", "..")


class FgagtRecipe(ConanFile):
    name = "fgagt"
    description = "Online multi-object tracking by optical flow and an adaptive graph"
    license = "MIT"
    topics = ("tracking", "multi-object-tracking", "computer-vision", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, REPOSITORY, "include", "fgagt", "version.hpp"))
        self.version = ".".join(re.findall(r"#define FGAGT_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))

    def export_sources(self):
        for pattern in ("LICENSE", "include/*"):
            copy(self, pattern, os.path.join(self.recipe_folder, REPOSITORY), self.export_sources_folder)

    def requirements(self):
        self.requires("eigen/[>=3.4 <4]", transitive_headers=True)
        self.requires("opencv/[>=4.5.4 <6]", transitive_headers=True, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "include/*", self.source_folder, self.package_folder)

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.requires = ["eigen::eigen", "opencv::opencv_core", "opencv::opencv_imgproc"]
