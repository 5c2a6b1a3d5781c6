# Target `docs`: generates the reference from the docstrings. Fails if a public name has no docstring or a malformed one.
find_package(Doxygen 1.9)
if(NOT Doxygen_FOUND)
    add_custom_target(docs COMMAND ${CMAKE_COMMAND} -E echo "The target docs needs doxygen: install it and configure again"
                      COMMAND ${CMAKE_COMMAND} -E false)
    return()
endif()

set(docs_dir ${CMAKE_CURRENT_LIST_DIR}/docs)
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_USE_MDFILE_AS_MAINPAGE ${docs_dir}/reference.md)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_STRIP_FROM_INC_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_BUILTIN_STL_SUPPORT YES)
set(DOXYGEN_EXCLUDE_PATTERNS */detail/*)
set(DOXYGEN_EXCLUDE_SYMBOLS fgagt::detail fgagt::detail::*)
set(DOXYGEN_INPUT_FILTER "sed -f ${docs_dir}/conventions.sed") # documents common members in one place
set(DOXYGEN_HIDE_UNDOC_RELATIONS NO)
set(DOXYGEN_SORT_MEMBER_DOCS NO)
set(DOXYGEN_DISABLE_INDEX NO)
set(DOXYGEN_GENERATE_TREEVIEW YES)
set(DOXYGEN_HTML_TIMESTAMP NO)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
set(DOXYGEN_USE_MATHJAX YES)
set(DOXYGEN_MATHJAX_EXTENSIONS TeX/AMSmath TeX/AMSsymbols)
find_path(FGAGT_MATHJAX MathJax.js PATHS /usr/share/javascript/mathjax)
if(FGAGT_MATHJAX) # otherwise the browser downloads it
    set(DOXYGEN_MATHJAX_RELPATH ${FGAGT_MATHJAX})
endif()
doxygen_add_docs(docs ${PROJECT_SOURCE_DIR}/include ${docs_dir}/reference.md ${docs_dir}/guide.md
                 ${docs_dir}/migration.md ${docs_dir}/contract.md ${docs_dir}/detectors.md ${docs_dir}/gstreamer.md
                 ${docs_dir}/platforms.md ${docs_dir}/programs.md ${docs_dir}/accuracy.md ${docs_dir}/speed.md)
