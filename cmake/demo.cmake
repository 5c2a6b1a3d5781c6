# Tracks the pedestrians in the video that the package opencv-doc installs, or in a generated scene if it is missing.
#
#   cmake -DMOT_TRACK=... -DMAKE_SCENE=... -DOUTPUT=... -P demo.cmake
set(video /usr/share/doc/opencv-doc/examples/data/vtest.avi)
file(MAKE_DIRECTORY ${OUTPUT})
if(EXISTS ${video})
    message("Tracking the pedestrians of ${video}")
    set(source ${video} --detector hog)
else()
    message("${video} is not installed (container images omit documentation): "
            "tracking a generated scene instead")
    set(scene ${OUTPUT}/scene)
    execute_process(COMMAND ${MAKE_SCENE} ${scene} COMMAND_ERROR_IS_FATAL ANY)
    set(source ${scene} --detections ${scene}/det/det.txt)
endif()
execute_process(COMMAND ${MOT_TRACK} ${source} --output ${OUTPUT}/tracks.txt --video ${OUTPUT}/tracks.avi
                        --stats ${OUTPUT}/stats.json COMMAND_ERROR_IS_FATAL ANY)
